using System.Buffers.Binary;
using System.Text;

namespace PlamoNative.Engine.Tests.Formats;

/// <summary>Builds safetensors files that no writer would.</summary>
internal static class HostileSafetensors
{
    internal static byte[] File(string header, byte[] data) => File(Encoding.UTF8.GetBytes(header), data);

    internal static byte[] File(byte[] header, byte[] data, ulong? statedLength = null)
    {
        var bytes = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, statedLength ?? (ulong)header.Length);
        header.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + header.Length);
        return bytes;
    }
}
