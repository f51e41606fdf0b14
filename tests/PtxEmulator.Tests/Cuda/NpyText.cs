using System.Globalization;
using System.Text;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>One-dimensional .npy files of the types that the engine's own tensors do not have.</summary>
internal static class NpyText
{
    internal static void Write(string path, CudaBuffer buffer)
    {
        var header = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '{buffer.NpyType}', 'fortran_order': False, 'shape': ({buffer.Count},), }}");
        header = header.PadRight(118 - 1 + 64 * ((header.Length - 117 + 63) / 64)) + "\n";
        using var file = File.Create(path);
        file.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        file.Write(Encoding.ASCII.GetBytes(header));
        file.Write(buffer.Content);
    }

    /// <summary>Reads the content back into the buffer; the header must still say its type.</summary>
    internal static void Read(string path, CudaBuffer buffer)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        var headerLength = bytes[8] | bytes[9] << 8;
        var header = Encoding.ASCII.GetString(bytes.Slice(10, headerLength));
        if (!header.Contains($"'{buffer.NpyType}'", StringComparison.Ordinal) || bytes.Length != 10 + headerLength + buffer.Content.Length)
        {
            throw new InvalidDataException($"{path}: expected {buffer.Count} elements of {buffer.NpyType}, found {header}");
        }

        bytes[(10 + headerLength)..].CopyTo(buffer.Content);
    }
}
