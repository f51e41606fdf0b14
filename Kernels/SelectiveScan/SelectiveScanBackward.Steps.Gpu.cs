using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <content>Gradients of dt and of what a head has one of.</content>
internal static partial class SelectiveScanBackwardKernels
{
    /// <summary>Threads of <see cref="HeadSums"/>.</summary>
    public const int HeadThreads = 128;

    /// <summary>Sums over tokens that a (chunk, head) leaves.</summary>
    public const int Sums = 3;

    /// <summary>
    /// da from its four terms, by additions in float64 only; <c>d dt = (A da + x · d(Δ x)) σ(dt + bias)</c>; and the chunk's sums of Δ da, of d dt and of G · x in
    /// <paramref name="chunkSums"/> [chunk, head, 3]. Grid (chunk, head).
    /// </summary>
    [GpuKernel(TileProduct64.Size)]
    public static void Steps(
        ArrayView<long> sequences,
        ArrayView<float> dt,
        ArrayView<float> dtBias,
        ArrayView<float> aLog,
        ArrayView<float> decays,
        ArrayView<double> pairSums,
        ArrayView<float> dots,
        ArrayView<float> carry,
        ArrayView<float> dtGradient,
        ArrayView<double> chunkSums,
        ScanShape shape,
        ScanGradientShape gradients)
    {
        var entering = SharedMemory.Allocate<double>(TileProduct64.Size);
        var leaving = SharedMemory.Allocate<double>(TileProduct64.Size);
        var sums = SharedMemory.Allocate<double>(Sums * TileProduct64.Size);
        var chunk = ScanChunk.Of(sequences, Grid.IdxX, shape);
        var head = Grid.IdxY;
        var t = Group.IdxX;
        var place = ((long)chunk.Index * shape.Heads) + head;
        entering[t] = PanelSum(dots, place, Entering, t, shape);
        leaving[t] = PanelSum(dots, place, Leaving, t, shape);
        Group.Barrier();
        double decay = carry[place];
        decay += pairSums[(place * TileProduct64.Size) + t];
        for (var i = 0; i < chunk.Length; i++)
        {
            decay += i >= t ? entering[i] : leaving[i];
        }

        var (ofDecay, ofStep, ofSkip) = (0.0, 0.0, 0.0);
        if (t < chunk.Length)
        {
            var row = chunk.Token + t;
            var input = FastMath.Add(AddressMemory.Load(AddressRows.AddressOf(ref dt[0]) + (row * shape.DtToken) + (4L * head)), dtBias[head]);
            double a = -SimdMath.Exp<DeviceScalar, float>(aLog[head]);
            var step = FastMath.Fma(a, decay, PanelSum(dots, place, OfStep, t, shape)) * SimdMath.Sigmoid<DeviceScalar, float>(input);
            AddressMemory.Store(AddressRows.AddressOf(ref dtGradient[0]) + (row * gradients.DtToken) + (4L * head), (float)step);
            ofDecay = decay * decays[chunk.Decays(head, shape) + t];
            ofStep = step;
            ofSkip = PanelSum(dots, place, OfSkip, t, shape);
        }

        sums[t] = ofDecay;
        sums[TileProduct64.Size + t] = ofStep;
        sums[(2 * TileProduct64.Size) + t] = ofSkip;
        Group.Barrier();
        if (t < Sums)
        {
            var sum = 0.0;
            for (var i = 0; i < TileProduct64.Size; i++)
            {
                sum += sums[(t * TileProduct64.Size) + i];
            }

            chunkSums[(place * Sums) + t] = sum;
        }
    }

    /// <summary>Gradients of dtBias, aLog and D: threads add every 128th chunk, then fold in halves, in float64. Grid (head).</summary>
    [GpuKernel(HeadThreads)]
    public static void HeadSums(
        ArrayView<double> chunkSums, ArrayView<float> aLog, ArrayView<float> dtBiasGradient, ArrayView<float> aLogGradient, ArrayView<float> dGradient, int chunks, int heads)
    {
        var sums = SharedMemory.Allocate<double>(Sums * HeadThreads);
        var head = Grid.IdxX;
        var (ofDecay, ofStep, ofSkip) = (0.0, 0.0, 0.0);
        for (var chunk = Group.IdxX; chunk < chunks; chunk += HeadThreads)
        {
            var at = (((long)chunk * heads) + head) * Sums;
            ofDecay += chunkSums[at];
            ofStep += chunkSums[at + 1];
            ofSkip += chunkSums[at + 2];
        }

        sums[Group.IdxX] = ofDecay;
        sums[HeadThreads + Group.IdxX] = ofStep;
        sums[(2 * HeadThreads) + Group.IdxX] = ofSkip;
        Group.Barrier();
        for (var half = HeadThreads / 2; half > 0; half >>= 1)
        {
            if (Group.IdxX < half)
            {
                sums[Group.IdxX] += sums[Group.IdxX + half];
                sums[HeadThreads + Group.IdxX] += sums[HeadThreads + Group.IdxX + half];
                sums[(2 * HeadThreads) + Group.IdxX] += sums[(2 * HeadThreads) + Group.IdxX + half];
            }

            Group.Barrier();
        }

        if (Group.IdxX == 0)
        {
            aLogGradient[head] = (float)(sums[0] * -SimdMath.Exp<DeviceScalar, float>(aLog[head]));
            dtBiasGradient[head] = (float)sums[HeadThreads];
            dGradient[head] = (float)sums[2 * HeadThreads];
        }
    }

    private static double PanelSum(ArrayView<float> dots, long place, int kind, int t, ScanShape shape)
    {
        var panels = (shape.HeadSize + TileProduct64.Size - 1) / TileProduct64.Size;
        var at = (((place * Kinds) + kind) * panels * TileProduct64.Size) + t;
        var sum = 0.0;
        for (var panel = 0; panel < panels; panel++)
        {
            sum += dots[at + (panel * TileProduct64.Size)];
        }

        return sum;
    }
}
