using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PlamoNative.Engine;

/// <summary>
/// The layout of <c>kernels.bin</c>, all numbers little-endian:
/// <code>
///  0  8 bytes  "PLKERNEL"
///  8  u32      version, 1
/// 12  u32      bytes of the manifest as stored
/// 16  u32      bytes of the manifest when unpacked
/// 20  u32      0
/// 24  32 bytes SHA-256 of everything from byte 56 on
/// 56           the manifest (JSON, Brotli), then the texts (PTX in UTF-8, each Brotli) one after the other
/// </code>
/// The manifest is <c>{"texts": [{"offset", "stored", "length"}], "kernels": [{...}]}</c>; offsets count from the end of the manifest. A text has the placeholder
/// of <see cref="TargetPlaceholder"/> in its <c>.target</c> line, since most kernels are the same for several targets.
/// </summary>
internal static class KernelLibraryFormat
{
    internal const string ResourceName = "kernels.bin";

    /// <summary>The assembly that the build makes of the shipped kernels, and the type in it by which the trimmer and NativeAOT find it.</summary>
    internal const string ResourceAssembly = "PlamoNative.Kernels.Ptx";

    internal const string ResourceType = "PlamoNative.Kernels.Ptx.KernelResources";
    internal const string TargetPlaceholder = "sm_TARGET";
    internal const int Version = 1;
    internal const int HeaderBytes = 56;
    internal const int HashOffset = 24;
    internal const int MostManifestBytes = 64 << 20;
    internal const int MostTextBytes = 32 << 20;
    internal const int MostKernels = 1 << 16;

    /// <summary>The driver's own bound before CUDA 12.1; kernels here stay far below.</summary>
    internal const int MostParameterBytes = 4096;

    internal static ReadOnlySpan<byte> Magic => "PLKERNEL"u8;

    /// <summary>Lower-case hexadecimal digits of the SHA-256 of a text.</summary>
    internal static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    internal static string NameOf(KernelParameterKind kind) => kind switch
    {
        KernelParameterKind.View => "view",
        KernelParameterKind.Int32 => "i32",
        KernelParameterKind.Int64 => "i64",
        KernelParameterKind.UInt32 => "u32",
        KernelParameterKind.Float32 => "f32",
        KernelParameterKind.Float64 => "f64",
        _ => "struct",
    };

    internal static bool TryParseKind(string text, out KernelParameterKind kind)
    {
        foreach (var candidate in Enum.GetValues<KernelParameterKind>())
        {
            if (NameOf(candidate) == text)
            {
                kind = candidate;
                return true;
            }
        }

        kind = default;
        return false;
    }

    internal static void WriteHeader(Span<byte> header, int storedManifest, int manifest, ReadOnlySpan<byte> body)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], storedManifest);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], manifest);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], 0);
        SHA256.HashData(body, header[HashOffset..HeaderBytes]);
    }
}
