using System.Runtime.InteropServices;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

public sealed class TensorCopyTests
{
    private const ulong Base = 0x10000;

    [Fact]
    public void Every_box_of_the_oracle_comes_out()
    {
        var count = 0;
        foreach (var item in Oracle.Load("tma.json").GetProperty("cases").EnumerateArray())
        {
            ulong[] dimensions = [.. item.GetProperty("globalDim").EnumerateArray().Select(d => d.GetUInt64())];
            ulong[] strides = [.. item.GetProperty("globalStridesBytes").EnumerateArray().Select(d => d.GetUInt64())];
            var box = item.GetProperty("boxDim").UInt32s();
            int[] coordinates = [.. item.GetProperty("coordinates").EnumerateArray().Select(d => d.GetInt32())];
            var swizzle = item.GetProperty("swizzle").GetString() switch { "32B" => 1, "64B" => 2, "128B" => 3, _ => 0 };
            var map = Encoded(1, dimensions, strides, box, swizzle);
            var global = new Memory((int)(strides[^1] * dimensions[^1]));
            global.Count();
            byte[] expected = item.GetProperty("image").GetBytesFromBase64();
            var shared = new byte[1024 + expected.Length];
            Assert.Equal(item.GetProperty("txBytes").GetInt32(), TensorCopy.Load(map, coordinates, 1024, shared, ref global));
            Assert.Equal(expected, shared[1024..]);

            // Stored back, the same box of an empty tensor holds what lay inside.
            if (coordinates.All(c => c >= 0))
            {
                var copy = new Memory(global.Bytes.Length);
                TensorCopy.Store(map, coordinates, 1024, shared, ref copy);
                var again = new byte[shared.Length];
                TensorCopy.Load(map, coordinates, 1024, again, ref copy);
                Assert.Equal(shared, again);
            }
            else
            {
                Assert.Throws<PtxRuleException>(() => TensorCopy.Store(map, coordinates, 1024, shared, ref global));
            }

            count++;
        }

        Assert.Equal(7, count);
    }

    [Fact]
    public void A_reduction_adds_to_what_is_there()
    {
        var map = Encoded(7, [8, 3], [32], [4, 4], 0);
        var shared = new byte[64];
        MemoryMarshal.Cast<byte, float>(shared.AsSpan()).Fill(1.5f);
        var global = new Memory(96);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(64, TensorCopy.Reduce(map, BulkReduction.Add, [6, 1], 0, shared, ref global));
        }

        var values = MemoryMarshal.Cast<byte, float>(global.Bytes.AsSpan()).ToArray();
        Assert.Equal(4, values.Count(value => value != 0));
        Assert.Equal((3f, 3f, 3f, 3f), (values[14], values[15], values[22], values[23]));
        Assert.Throws<PtxRuleException>(() => TensorCopy.Reduce(map, BulkReduction.Xor, [0, 0], 0, shared, ref global));
    }

    [Theory]
    [InlineData(TensorMapType.U32, BulkReduction.Inc, 7u, 7u, 0u)]
    [InlineData(TensorMapType.U32, BulkReduction.Inc, 6u, 7u, 7u)]
    [InlineData(TensorMapType.U32, BulkReduction.Dec, 0u, 7u, 7u)]
    [InlineData(TensorMapType.U32, BulkReduction.Dec, 5u, 7u, 4u)]
    [InlineData(TensorMapType.S32, BulkReduction.Min, 0xFFFFFFFFu, 1u, 0xFFFFFFFFu)]
    [InlineData(TensorMapType.U32, BulkReduction.Min, 0xFFFFFFFFu, 1u, 1u)]
    [InlineData(TensorMapType.U32, BulkReduction.Xor, 6u, 3u, 5u)]
    [InlineData(TensorMapType.BF16, BulkReduction.Add, 0x3F803F80u, 0x40003F80u, 0x40404000u)]
    [InlineData(TensorMapType.F16, BulkReduction.Max, 0x3C00BC00u, 0x40003C00u, 0x40003C00u)]
    public void Reductions_of_elements_are_those_of_atomics(TensorMapType type, BulkReduction operation, uint old, uint value, uint expected)
    {
        uint[] values = [value];
        BoxElements.Reduce(type, operation, MemoryMarshal.AsBytes<uint>([old]), MemoryMarshal.AsBytes(values.AsSpan()));
        Assert.Equal(expected, values[0]);
    }

    [Fact]
    public void Element_strides_NaN_fill_and_flushing_act()
    {
        var map = TensorMap.Create(10, Base, [4, 8], [16], [4, 8], [1, 3], fill: 1);
        var global = new Memory(128);
        var floats = MemoryMarshal.Cast<byte, float>(global.Bytes.AsSpan());
        for (var i = 0; i < floats.Length; i++)
        {
            floats[i] = i == 0 ? 1e-40f : i;
        }

        var shared = new byte[48];
        Assert.Equal(48, TensorCopy.Load(map, [0, 0], 0, shared, ref global));
        Assert.Equal([0, 1, 2, 3, 12, 13, 14, 15, 24, 25, 26, 27], MemoryMarshal.Cast<byte, float>(shared).ToArray());
        TensorCopy.Load(map, [2, 3], 0, shared, ref global);
        Assert.Equal([14, 15], MemoryMarshal.Cast<byte, float>(shared)[..2].ToArray());
        Assert.True(float.IsNaN(MemoryMarshal.Cast<byte, float>(shared)[2]));
    }

    [Fact]
    public void What_the_driver_refuses_is_refused_with_the_limit()
    {
        Refused("rank 6", () => TensorMap.Create(1, Base, new ulong[6], new ulong[5], new uint[6], new uint[6]));
        Refused("multiple of 16", () => TensorMap.Create(1, Base + 8, [64], [], [64], [1]));
        Refused("stride 24", () => TensorMap.Create(1, Base, [64, 2], [24], [64, 2], [1, 1]));
        Refused("257 elements", () => TensorMap.Create(1, Base, [512], [], [257], [1]));
        Refused("inner box is 10 bytes", () => TensorMap.Create(1, Base, [512], [], [5], [1]));
        Refused("holds at most 64", () => TensorMap.Create(1, Base, [512], [], [64], [1], swizzle: 2));
        Refused("less than its 128-byte swizzle", () => TensorMap.Create(1, Base, [512], [], [32], [1], swizzle: 3));
        Refused("element stride 9", () => TensorMap.Create(1, Base, [512], [], [64], [9]));
        Refused("at least 3 dimensions", () => TensorMap.Create(1, Base, [512], [], [64], [1], interleave: 1));
        Refused("0 elements", () => TensorMap.Create(1, Base, [0], [], [64], [1]));
        Refused("no tensor map", () => TensorMap.Read(new byte[128]));
        var map = TensorMap.Create(1, Base, [512], [], [64], [1]);
        var global = new Memory(1024);
        Refused("multiple of 128", () => TensorCopy.Load(map, [0], 64, new byte[1024], ref global));
        Refused("exceeds", () => TensorCopy.Load(map, [0], 0, new byte[64], ref global));
        Refused("coordinates", () => TensorCopy.Load(map, [0, 0], 0, new byte[1024], ref global));
    }

    private static void Refused(string part, Action action) => Assert.Contains(part, Assert.Throws<PtxRuleException>(action).Message, StringComparison.Ordinal);

    // Through the 128 bytes that a kernel would be given.
    private static TensorMap Encoded(int type, ulong[] dimensions, ulong[] strides, uint[] box, int swizzle)
    {
        uint[] ones = [.. Enumerable.Repeat(1u, box.Length)];
        var bytes = new byte[TensorMap.SizeBytes];
        TensorMap.Create(type, Base, dimensions, strides, box, ones, swizzle: swizzle).Write(bytes);
        return TensorMap.Read(bytes);
    }

    private sealed class Memory(int length) : IGlobalBytes
    {
        public byte[] Bytes { get; } = new byte[length];

        public void Count()
        {
            var words = MemoryMarshal.Cast<byte, ushort>(Bytes.AsSpan());
            for (var i = 0; i < words.Length; i++)
            {
                words[i] = (ushort)i;
            }
        }

        public void Read(ulong address, scoped Span<byte> destination) => Bytes.AsSpan((int)(address - Base), destination.Length).CopyTo(destination);

        public void Write(ulong address, scoped ReadOnlySpan<byte> source) => source.CopyTo(Bytes.AsSpan((int)(address - Base)));
    }
}
