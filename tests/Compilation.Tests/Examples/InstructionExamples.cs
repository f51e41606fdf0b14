using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Compilation.Tests;

/// <summary>Every family of instructions once, in kernels that the assembler has to accept.</summary>
internal static class InstructionExamples
{
    [GpuKernel(32)]
    public static void Arithmetic(ArrayView<float> x, ArrayView<int> n)
    {
        var v = x[Group.IdxX];
        var sum = FastMath.Exp2Approx(v) + FastMath.Log2Approx(v) + FastMath.ReciprocalSqrtApprox(v) + FastMath.ReciprocalApprox(v) + FastMath.TanhApprox(v)
            + FastMath.Reciprocal(v) + FastMath.Sqrt(v) + FastMath.Divide(v, 3) + FastMath.DivideApprox(v, 3) + FastMath.Fma(v, 2, 1) + FastMath.Add(v, 1) + FastMath.Subtract(v, 1)
            + FastMath.Multiply(v, 2) + FastMath.Abs(v) + FastMath.Max(v, 0) + FastMath.Min(v, 0) + FastMath.IfGreater(v, 0, 1, 2) + FastMath.IfNaN(v, 0) + FastMath.Round(v)
            + FastMath.Floor(v) + FastMath.ExpApprox(v) + FastMath.LogApprox(v);
        n[Group.IdxX] = FastMath.RoundToInt(v) + FastMath.Bits(FastMath.FromBits(FastMath.UnsignedBits(v) + 1u));
        x[Group.IdxX] = sum + (float)FastMath.Fma(FastMath.Sqrt((double)v), v, v);
    }

    [GpuKernel(32)]
    public static void Conversion(ArrayView<float> x, ArrayView<ushort> y, ArrayView<uint> pairs)
    {
        var i = Group.IdxX;
        y[i] = Conversions.FloatToBf16(x[i]);
        x[i] = Conversions.Bf16ToFloat(y[i + 32]) + Conversions.HalfToFloat(y[i + 64]) + Conversions.HalfLow(pairs[i]) + Conversions.HalfHigh(pairs[i])
            + Conversions.Bf16Low(pairs[i]) + Conversions.Bf16High(pairs[i]);
        y[i + 96] = Conversions.FloatToHalf(x[i + 32]);
        pairs[i] = Conversions.PackBf16(x[i], x[i + 32]) ^ Conversions.PackHalf(x[i], x[i + 32]);
    }

    [GpuKernel(32, Architecture = "80")]
    public static void ConversionSm80(ArrayView<float> x, ArrayView<uint> pairs)
        => pairs[Group.IdxX] = Conversions.PackBf16Sm80(x[Group.IdxX], x[Group.IdxX + 32]) ^ Conversions.FloatToTf32(x[Group.IdxX]);

    [GpuKernel(32, Architecture = "89")]
    public static void ConversionSm89(ArrayView<float> x, ArrayView<ushort> y, ArrayView<uint> z)
    {
        var i = Group.IdxX;
        y[i] = Conversions.PackE4M3(x[i], x[i + 32]);
        y[i + 32] = Conversions.PackE5M2(x[i], x[i + 32]);
        z[i] = Conversions.E4M3ToHalf(y[i + 64]) ^ Conversions.E5M2ToHalf(y[i + 64]);
    }

    [GpuKernel(64)]
    public static void Warps(ArrayView<float> x, ArrayView<int> n, ArrayView<uint> bits)
    {
        var i = Group.IdxX;
        var v = x[i];
        x[i] = WarpReduce.Sum(v) + WarpReduce.Max(v) + WarpReduce.Min(v) + WarpReduce.InclusiveScan(v) + BlockReduce.Sum(v) + BlockReduce.Max(v)
            + WarpOperations.Broadcast(v, 3) + WarpOperations.ShuffleDown(v, 1);
        n[i] = WarpReduce.Sum(n[i]) + WarpOperations.Broadcast(n[i], 0) + WarpOperations.ShuffleUp(n[i], 1) + WarpOperations.ShuffleDown(n[i], 1)
            + WarpOperations.PopulationCount(bits[i]) + WarpOperations.HighestBit(bits[i]);
        bits[i] = WarpOperations.Ballot(v > 0) ^ WarpOperations.Match(bits[i]) ^ WarpOperations.ActiveMask() ^ WarpOperations.Broadcast(bits[i], 1) ^ WarpOperations.ShuffleXor(bits[i], 1);
        if (WarpOperations.Any(v > 1) && WarpOperations.Every(v > -1))
        {
            WarpOperations.Synchronize(WarpOperations.All);
            bits[i + 64] = 1;
        }
    }

    [GpuKernel(32, Architecture = "80")]
    public static void WarpsSm80(ArrayView<int> n, ArrayView<uint> bits)
    {
        var i = Group.IdxX;
        n[i] = WarpOperations.SumSm80(n[i]) + WarpOperations.MaxSm80(n[i]) + WarpOperations.MinSm80(n[i]);
        bits[i] = WarpOperations.OrSm80(bits[i]);
    }

    [GpuKernel(32)]
    public static void Memory(ArrayView<Float4> x, ArrayView<UInt4> y, ArrayView<float> z)
    {
        var i = Group.IdxX;
        GlobalMemory.PrefetchL2(ref x[i + 64]);
        var v = GlobalMemory.LoadReadOnly(ref x[i]);
        var w = GlobalMemory.LoadStreaming(ref x[i + 32]);
        v.X += w.Y + GlobalMemory.LoadReadOnly(ref z[i]);
        GlobalMemory.StoreStreaming(ref x[i + 96], v);
        var u = GlobalMemory.LoadReadOnly(ref y[i]);
        u.X ^= GlobalMemory.LoadStreaming(ref y[i + 32]).W;
        GlobalMemory.StoreStreaming(ref y[i + 64], u);
        Fence.Block();
        Fence.Device();
    }

    [GpuKernel(32, Architecture = "80", Expects = "HMMA LDSM LDGSTS")]
    public static void TensorCore(ArrayView<UInt4> a, ArrayView<UInt4> b, ArrayView<Float4> d, int valid)
    {
        var tile = SharedMemory.Allocate<UInt4>(64);
        var i = Group.IdxX;
        CpAsync.Copy16(ref tile[i], ref a[i]);
        CpAsync.Copy16(ref tile[32 + i], ref b[i], i < valid);
        CpAsync.Commit();
        CpAsync.WaitGroup(0);
        Group.Barrier();
        var x = LdMatrix.Load4(ref tile[i]);
        var y = LdMatrix.Load2(ref tile[32 + (i & 15)]);
        var t = LdMatrix.Load4Transposed(ref tile[i]);
        var u = LdMatrix.Load2Transposed(ref tile[i]);
        t.X ^= LdMatrix.Load1(ref tile[i]) ^ LdMatrix.Load1Transposed(ref tile[i]);
        var c = default(Float4);
        c = Mma.Bf16(x, y, c);
        c = Mma.Half(x, y, c);
        c = Mma.Tf32(t, u, c);
        c = Mma.HalfSm75(u, y.X, c);
        var n = Mma.Int8(x, y, default);
        c.X += n.X + n.Y + n.Z + n.W;
        d[i] = c;
    }

    [GpuKernel(32, Architecture = "89")]
    public static void TensorCoreFp8(ArrayView<UInt4> a, ArrayView<UInt2> b, ArrayView<Float4> d)
    {
        var i = Group.IdxX;
        var c = d[i];
        for (var k = 0; k < 8; k++)
        {
            c = Mma.E4M3(a[(k * 32) + i], b[(k * 32) + i], c);
            c = Mma.E5M2ByE4M3(a[(k * 32) + i], b[(k * 32) + i], c);
        }

        d[i] = c;
    }

    [GpuKernel(128, Architecture = "80")]
    public static void Partial(ArrayView<float> x, ArrayView<UInt2> y)
    {
        var small = SharedMemory.Allocate<UInt2>(128);
        var words = SharedMemory.Allocate<float>(128);
        var i = Group.IdxX;
        CpAsync.Copy8(ref small[i], ref y[i], i > 2);
        CpAsync.Copy4(ref words[i], ref x[i], i > 2);
        CpAsync.WaitAll();
        if (i < 64)
        {
            NamedBarrier.Synchronize(1, 64);
            NamedBarrier.Arrive(2, 128);
            x[i] = words[63 - i];
        }
        else
        {
            NamedBarrier.Synchronize(2, 128);
            x[i] = words[i - 64] + small[i - 64].X;
        }
    }

    [GpuKernel(128, Architecture = "90", ClusterSize = 2)]
    public static void Hopper(ArrayView<UInt4> source, ArrayView<UInt4> map, ArrayView<UInt4> target, ArrayView<float> x)
    {
        var tile = SharedMemory.Allocate<UInt4>(128);
        var floats = SharedMemory.Allocate<float>(32);
        var barrier = SharedMemory.Allocate<ulong>(1);
        var i = Group.IdxX;
        if (i == 0)
        {
            Tma.Prefetch(ref map[0]);
            MBarrier.Initialize(ref barrier[0], 1);
            Fence.MBarrierInit();
        }

        Group.Barrier();
        if (i < 32 && Wgmma.Elect())
        {
            MBarrier.ArriveExpect(ref barrier[0], 2048);
            Tma.Load(ref tile[0], ref source[0], 1024, ref barrier[0]);
            Tma.LoadTile(ref tile[64], ref map[0], 0, 1, ref barrier[0]);
        }

        MBarrier.Wait(ref barrier[0], 0);
        StMatrix.Store4(ref tile[i], tile[127 - i]);
        StMatrix.Store4Transposed(ref tile[i], tile[127 - i]);
        StMatrix.Store2(ref tile[i], default);
        floats[i & 31] = i;
        Fence.AsyncProxy();
        Cluster.Synchronize();
        x[i] = Cluster.Load(ref floats[i & 31], Cluster.Rank() ^ 1);
        if (i == 0)
        {
            Tma.Store(ref target[0], ref tile[0], 1024);
            Tma.StoreTile(ref map[8], 0, 0, ref tile[0]);
            Tma.Commit();
            Tma.WaitGroupRead(0);
            Tma.WaitGroup(0);
            MBarrier.Arrive(ref barrier[0]);
            x[200] = MBarrier.TestWait(ref barrier[0], 1) ? 1 : 0;
            MBarrier.Invalidate(ref barrier[0]);
        }

        Cluster.Synchronize();
    }

    [GpuKernel(128, Architecture = "90a", Expects = "HGMMA")]
    public static void Warpgroup(ArrayView<UInt4> source, ArrayView<Float4> target, int steps)
    {
        var tile = SharedMemory.GetDynamic<UInt4>();
        for (var i = Group.IdxX; i < 1024; i += 128)
        {
            tile[i] = source[i];
        }

        Fence.AsyncProxy();
        Group.Barrier();
        var address = Wgmma.SharedAddress(ref tile[0]);
        var a = Wgmma.Descriptor(address, 16, 1024, 1);
        var b = Wgmma.Descriptor(address + 8192, 16, 1024, 1);
        var sum = default(Accumulators64);
        for (var k = 0; k < steps; k++)
        {
            // Inside the loop: what sets the accumulators first has to come before the fence.
            Wgmma.Fence();
            sum = Wgmma.N128K16(sum, a + ((ulong)(uint)k * 2), b + ((ulong)(uint)k * 2), 1);
            Wgmma.Commit();
            Wgmma.WaitGroup(1);
        }

        Wgmma.WaitGroup(0);
        var t = Group.IdxX * 4;
        target[t] = sum.Low.Low.A;
        target[t + 1] = sum.Low.High.B;
        target[t + 2] = sum.High.Low.C;
        target[t + 3] = sum.High.High.D;
    }
}
