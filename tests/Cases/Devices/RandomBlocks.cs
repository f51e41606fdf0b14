using System.Buffers.Binary;
using PlamoNative.Engine;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Blocks of the types that are read and not written: any bytes are codes, only the half scales are chosen, so that values stay near 1.</summary>
internal static class RandomBlocks
{
    /// <summary>Fills whole Q4_K, Q5_K or Q6_K blocks.</summary>
    internal static void Fill(DType type, Philox random, Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(256 * random.Uniform((ulong)i));
        }

        var size = type.BlockBytes();
        for (var block = 0; block < bytes.Length; block += size)
        {
            var scale = (Half)(1e-3 * (random.Uniform((ulong)(bytes.Length + block)) - 0.5));
            BinaryPrimitives.WriteHalfLittleEndian(bytes[(block + (type == DType.Q6_K ? size - 2 : 0))..], scale);
            if (type != DType.Q6_K)
            {
                BinaryPrimitives.WriteHalfLittleEndian(bytes[(block + 2)..], (Half)(1e-3 * random.Uniform((ulong)(bytes.Length + block + 1))));
            }
        }
    }
}
