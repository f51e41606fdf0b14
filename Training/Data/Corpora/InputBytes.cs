using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using SharpCompress.Compressors.Xz;
using SharpCompress.Compressors.ZStandard;

namespace PlamoNative.Training.Data;

/// <summary>
/// The bytes of a corpus' file from its start to its end, unpacked when its first bytes are those of gzip, zstd or xz. Members behind one another in one file
/// are read as one text.
/// </summary>
/// <remarks>
/// The checks that the files carry (CRC-32, CRC-64, SHA-256, XXH64; zstd and xz may do without) are compared; zstd files may ask for windows of up to 128 MiB, xz files for dictionaries of up
/// to 64 MiB.
/// </remarks>
internal sealed class InputBytes : IDisposable
{
    private const int BlockBytes = 1 << 16;

    private readonly FileStream _file;
    private readonly Stream _bytes;
    private readonly string? _compression;
    private Stream _unpacked;

    private InputBytes(string path, FileStream file, Stream bytes, string? compression)
    {
        Path = path;
        _file = file;
        _bytes = bytes;
        _compression = compression;
        _unpacked = Unpack(bytes, compression);
    }

    /// <summary>The path as it was given.</summary>
    internal string Path { get; }

    /// <summary>True if what <see cref="Read"/> gives is not what lies in the file, so that its offsets mean nothing there.</summary>
    internal bool IsCompressed => _compression is not null;

    /// <summary>Bytes of the file that were read so far, for progress.</summary>
    internal long FilePosition => _file.Position;

    /// <summary>Opens a file.</summary>
    /// <exception cref="ModelFormatException">No regular file, or the beginning of an xz file that asks for too much memory.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    internal static InputBytes Open(string path)
    {
        var file = InputFile.Open(path);
        try
        {
            Span<byte> start = stackalloc byte[XzHeader.MaxBytes];
            start = start[..ReadUpTo(path, file, start)];
            file.Position = 0;
            string? compression = start switch
            {
                [0x1F, 0x8B, ..] => "gzip",
                [0x28, 0xB5, 0x2F, 0xFD, ..] => "zstd",
                [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => "zstd",
                [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, ..] => "xz",
                _ => null,
            };
            if (compression == "xz")
            {
                XzHeader.Check(path, start);
            }

            return new InputBytes(path, file, compression == "xz" ? new BufferedStream(file, BlockBytes) : file, compression);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next bytes.</summary>
    /// <returns>At least one; 0 at the end.</returns>
    /// <exception cref="ModelFormatException">Compressed data are damaged or cut off.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal int Read(Span<byte> buffer)
    {
        if (_compression is null)
        {
            try
            {
                return _unpacked.Read(buffer);
            }
            catch (IOException failure)
            {
                throw new IOException($"{Path}: cannot be read: {failure.Message}", failure);
            }
        }

        try
        {
            while (true)
            {
                var count = _unpacked.Read(buffer);
                if (count > 0 || _compression != "xz" || _bytes.Position >= _bytes.Length)
                {
                    return count;
                }

                _unpacked = Unpack(_bytes, _compression);
            }
        }
        catch (Exception failure) when (DecoderFailures.IsOfData(failure))
        {
            throw new ModelFormatException(Path, $"{_compression} data", "whole and undamaged ones", $"what cannot be unpacked ({failure.Message})", innerException: failure);
        }
    }

    public void Dispose()
    {
        _unpacked.Dispose();
        _bytes.Dispose();
        _file.Dispose();
    }

    private static Stream Unpack(Stream bytes, string? compression) => compression switch
    {
        "gzip" => new GzipInput(bytes),
        "zstd" => new DecompressionStream(bytes, checkEndOfStream: true, leaveOpen: true),
        "xz" => new XZStream(bytes),
        _ => bytes,
    };

    private static int ReadUpTo(string path, FileStream file, Span<byte> destination)
    {
        try
        {
            return file.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
        catch (IOException failure)
        {
            throw new IOException($"{path}: cannot be read: {failure.Message}", failure);
        }
    }
}
