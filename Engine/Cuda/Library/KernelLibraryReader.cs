using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace PlamoNative.Engine;

/// <summary>Parses <c>kernels.bin</c> (see <see cref="KernelLibraryFormat"/>); whatever is wrong becomes one line that names the field.</summary>
internal static class KernelLibraryReader
{
    /// <summary>A stored text: where in the file, and how long when unpacked.</summary>
    internal readonly record struct StoredText(int Offset, int Stored, int Length);

    internal static (List<KernelManifest> Kernels, StoredText[] Texts) Read(byte[] file, string source)
    {
        ReadOnlySpan<byte> bytes = file;
        Check(source, "header", bytes.Length >= KernelLibraryFormat.HeaderBytes, $"{KernelLibraryFormat.HeaderBytes} bytes", $"{bytes.Length}");
        Check(source, "magic", bytes.StartsWith(KernelLibraryFormat.Magic), "PLKERNEL", "other bytes");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        Check(source, "version", version == KernelLibraryFormat.Version, Text(KernelLibraryFormat.Version), Text(version));
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        var unpacked = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        Check(source, "manifest", stored <= bytes.Length - KernelLibraryFormat.HeaderBytes, $"at most the {bytes.Length - KernelLibraryFormat.HeaderBytes} bytes that follow", Text(stored));
        Check(source, "manifest", unpacked <= KernelLibraryFormat.MostManifestBytes, $"at most {KernelLibraryFormat.MostManifestBytes} bytes unpacked", Text(unpacked));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[KernelLibraryFormat.HeaderBytes..], hash);
        Check(source, "sha256", hash.SequenceEqual(bytes[KernelLibraryFormat.HashOffset..KernelLibraryFormat.HeaderBytes]), "the hash of the content", "another one: the file is damaged");

        var json = Unpack(file, KernelLibraryFormat.HeaderBytes, (int)stored, (int)unpacked, source, "manifest");
        try
        {
            using var document = JsonDocument.Parse(json);
            var textsBegin = KernelLibraryFormat.HeaderBytes + (int)stored;
            var texts = ReadTexts(document.RootElement, source, textsBegin, file.Length);
            return (ReadKernels(document.RootElement, source, texts.Length), texts);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelFormatException(source, "manifest", "the JSON of this version", failure.Message, innerException: failure);
        }
    }

    /// <summary>Unpacks one Brotli stream; memory grows with what comes out and never past the declared length.</summary>
    internal static byte[] Unpack(byte[] file, int offset, int stored, int length, string source, string field)
    {
        using var output = new MemoryStream(Math.Min(length, 1 << 16));
        try
        {
            using var brotli = new BrotliStream(new MemoryStream(file, offset, stored, writable: false), CompressionMode.Decompress);
            var buffer = new byte[1 << 14];
            int read;
            while ((read = brotli.Read(buffer)) > 0 && output.Length + read <= length)
            {
                output.Write(buffer, 0, read);
            }

            Check(source, field, read == 0 && output.Length == length, $"{length} bytes unpacked", read == 0 ? Text(output.Length) : "more");
        }
        catch (Exception failure) when (failure is InvalidOperationException or InvalidDataException)
        {
            throw new ModelFormatException(source, field, "a Brotli stream", "other bytes", innerException: failure);
        }

        return output.ToArray();
    }

    private static StoredText[] ReadTexts(JsonElement root, string source, int begin, int end)
    {
        var list = root.GetProperty("texts");
        Check(source, "texts", list.GetArrayLength() <= KernelLibraryFormat.MostKernels, $"at most {KernelLibraryFormat.MostKernels}", Text(list.GetArrayLength()));
        var texts = new StoredText[list.GetArrayLength()];
        var i = 0;
        foreach (var element in list.EnumerateArray())
        {
            var (offset, stored, length) = (Int(element, "offset"), Int(element, "stored"), Int(element, "length"));
            var fits = offset >= 0 && stored >= 0 && (long)begin + offset + stored <= end && length is >= 0 and <= KernelLibraryFormat.MostTextBytes;
            Check(source, $"texts[{i}]", fits, $"a range of the {end - begin} bytes of texts", $"{stored} bytes at {offset}, {length} unpacked");
            texts[i++] = new StoredText(begin + offset, stored, length);
        }

        return texts;
    }

    private static List<KernelManifest> ReadKernels(JsonElement root, string source, int textCount)
    {
        var list = root.GetProperty("kernels");
        Check(source, "kernels", list.GetArrayLength() <= KernelLibraryFormat.MostKernels, $"at most {KernelLibraryFormat.MostKernels}", Text(list.GetArrayLength()));
        var kernels = new List<KernelManifest>(list.GetArrayLength());
        foreach (var element in list.EnumerateArray())
        {
            kernels.Add(ReadKernel(element, source, textCount));
        }

        return kernels;
    }

    private static KernelManifest ReadKernel(JsonElement element, string source, int textCount)
    {
        var name = String(element, "name");
        Check(source, name, GpuArchitecture.TryParse(String(element, "architecture"), out var architecture), "an architecture such as 80 or 90a", String(element, "architecture"));
        var parameterBytes = Int(element, "parameterBytes");
        Check(source, name, parameterBytes is >= 0 and <= KernelLibraryFormat.MostParameterBytes, $"at most {KernelLibraryFormat.MostParameterBytes} bytes of parameters", Text(parameterBytes));
        var parameters = new List<KernelParameter>();
        var end = 0;
        foreach (var item in element.GetProperty("parameters").EnumerateArray())
        {
            Check(source, name, KernelLibraryFormat.TryParseKind(String(item, "kind"), out var kind), "a kind of parameter", String(item, "kind"));
            var parameter = new KernelParameter(String(item, "name"), kind, Int(item, "offset"), Int(item, "size"));
            var fits = parameter.Offset >= end && parameter.Size > 0 && parameter.Size <= parameterBytes - parameter.Offset;
            Check(source, $"{name}.{parameter.Name}", fits && HasSizeOf(kind, parameter.Size), "bytes of its kind inside the parameter buffer", $"{parameter.Size} at {parameter.Offset}");
            end = parameter.Offset + parameter.Size;
            parameters.Add(parameter);
        }

        var text = Int(element, "text");
        Check(source, name, text >= 0 && text < textCount, $"one of {textCount} texts", Text(text));
        var blockThreads = Int(element, "blockThreads");
        Check(source, name, blockThreads is > 0 and <= 1024, "1 to 1024 threads a block", Text(blockThreads));
        return new KernelManifest
        {
            Name = name,
            Entry = String(element, "entry"),
            Architecture = architecture,
            Parameters = parameters,
            ParameterBytes = parameterBytes,
            StaticSharedBytes = Int(element, "staticSharedBytes"),
            UsesDynamicShared = element.GetProperty("usesDynamicShared").GetBoolean(),
            BlockThreads = blockThreads,
            MinimumBlocks = Int(element, "minimumBlocks"),
            MaximumRegisters = Int(element, "maximumRegisters"),
            ClusterSize = Int(element, "clusterSize"),
            Expects = String(element, "expects"),
            Sha256 = String(element, "sha256"),
            BuildHash = String(element, "buildHash"),
            Text = text,
        };
    }

    private static bool HasSizeOf(KernelParameterKind kind, int size) => kind switch
    {
        KernelParameterKind.View => size == 16,
        KernelParameterKind.Int64 or KernelParameterKind.Float64 => size == 8,
        KernelParameterKind.Struct => true,
        _ => size == 4,
    };

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string String(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Check(string source, string field, bool holds, string expected, string found)
    {
        if (!holds)
        {
            throw new ModelFormatException(source, field, expected, found);
        }
    }
}
