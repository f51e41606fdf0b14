using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// The header of an npy file: <c>\x93NUMPY | major, minor | header length (16 bits in version 1, 32 in 2 and 3) | a Python dictionary as text</c>
/// with the keys <c>descr</c>, <c>fortran_order</c> and <c>shape</c> (numpy's format page).
/// </summary>
internal static class NpyHeader
{
    internal const int MaxRank = 32;
    internal const string DTypes = "one of <f8, <f4, <f2, |i1, <i2, <i4, <i8, |u1, <u2, <u4, <u8, |b1";

    /// <summary>numpy's own limit is 10,000 characters unless it is told to trust the file.</summary>
    private const int MaxHeaderBytes = 65535;
    private const int HeaderAlignment = 64;

    internal static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    internal static DType? Parse(string descr) => descr switch
    {
        "<f8" => DType.Float64,
        "<f4" => DType.Float32,
        "<f2" => DType.Float16,
        "|i1" or "<i1" => DType.Int8,
        "<i2" => DType.Int16,
        "<i4" => DType.Int32,
        "<i8" => DType.Int64,
        "|u1" or "<u1" => DType.UInt8,
        "<u2" => DType.UInt16,
        "<u4" => DType.UInt32,
        "<u8" => DType.UInt64,
        "|b1" => DType.Bool,
        _ => null,
    };

    /// <summary>numpy has no bfloat16: its bits are written as unsigned 16-bit integers.</summary>
    internal static string Descr(DType dtype) => dtype switch
    {
        DType.Float64 => "<f8",
        DType.Float32 => "<f4",
        DType.Float16 => "<f2",
        DType.BFloat16 or DType.UInt16 => "<u2",
        DType.Int8 => "|i1",
        DType.Int16 => "<i2",
        DType.Int32 => "<i4",
        DType.Int64 => "<i8",
        DType.UInt8 => "|u1",
        DType.UInt32 => "<u4",
        DType.UInt64 => "<u8",
        DType.Bool => "|b1",
        _ => throw new ArgumentException($"npy has no element type {dtype.Name()}", nameof(dtype)),
    };

    /// <summary>Magic, version 1.0 and the dictionary, padded so that the data is aligned.</summary>
    internal static byte[] Write(DType dtype, ReadOnlySpan<long> shape)
    {
        var sizes = new StringBuilder();
        for (var i = 0; i < shape.Length; i++)
        {
            sizes.Append(i == 0 ? "" : " ").Append(CultureInfo.InvariantCulture, $"{shape[i]},");
        }

        if (shape.Length > 1)
        {
            sizes.Length--;
        }

        var text = $"{{'descr': '{Descr(dtype)}', 'fortran_order': False, 'shape': ({sizes}), }}";
        var start = Magic.Length + 4;
        var total = (start + text.Length + 1 + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        var bytes = new byte[total];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(total - start));
        bytes.AsSpan(start).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(start));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    internal static TensorEntry Read(MappedFile file)
    {
        var (text, dataStart) = FindText(file);
        var fields = new NpyDictionary(file.Path, text).Read();
        var dtype = Parse(fields.Descr) ?? throw new ModelFormatException(file.Path, "descr", DTypes, $"'{fields.Descr}'");
        if (fields.IsFortranOrder && fields.Shape.Count(static size => size != 1) > 1)
        {
            throw new ModelFormatException(file.Path, "fortran_order", "False (row-major data)", "True");
        }

        if (TensorSize.TryBytes(fields.Shape, dtype, out var bytes) is { } problem)
        {
            throw new ModelFormatException(file.Path, "shape", "sizes that a file can hold", problem);
        }

        return bytes == file.Length - dataStart
            ? new TensorEntry(file, "", dtype, fields.Shape, dataStart, bytes)
            : throw new ModelFormatException(
                file.Path, "data", $"{bytes} bytes for {dtype.Name()} {TensorSize.Describe(fields.Shape)}", $"{file.Length - dataStart} bytes", dataStart);
    }

    private static (string Text, long DataStart) FindText(MappedFile file)
    {
        const int VersionOneStart = 10;
        const int LaterStart = 12;
        var start = file.Span(0, (int)Math.Min(file.Length, LaterStart));
        if (start.Length < VersionOneStart || !start.StartsWith(Magic))
        {
            throw new ModelFormatException(file.Path, "magic", "\\x93NUMPY, a version and a header length", $"0x{Convert.ToHexStringLower(start)}", 0);
        }

        var version = start[6];
        if (version is < 1 or > 3 || start[7] != 0)
        {
            throw new ModelFormatException(file.Path, "version", "1.0, 2.0 or 3.0", $"{version}.{start[7]}", 6);
        }

        var textStart = version == 1 ? VersionOneStart : LaterStart;
        if (start.Length < textStart)
        {
            throw new ModelFormatException(file.Path, "header length", "4 bytes", $"{start.Length - 8} bytes to the end of the file", 8);
        }

        var length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        var limit = Math.Min(MaxHeaderBytes, file.Length - textStart);
        if (length > limit)
        {
            throw new ModelFormatException(file.Path, "header length", $"at most {limit} bytes", $"{length}", 8);
        }

        // Latin-1 in versions 1 and 2, UTF-8 in 3: the keys and values that are accepted are ASCII in all of them.
        return (Encoding.Latin1.GetString(file.Span(textStart, (int)length)), textStart + length);
    }
}
