using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// The k best logits of rows on a GPU, a block a row: a search by digits of 8 bits for the k-th largest key, a sweep that collects the keys from there on, a bitonic sort. A key is the
/// logit in an order of integers above the complement of its index: keys are distinct, so which are kept and their order do not depend on which thread came first.
/// Twin: <see cref="Logits.TopK"/> on the processor.
/// </summary>
internal static class TopKKernels
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = SamplingKernels.Threads;

    /// <summary>The largest k: a key a thread.</summary>
    public const int Most = Threads;

    private const int DigitBits = 8;
    private const int Bins = 1 << DigitBits;
    private const int BinsALane = Bins / 32;

    // What the first warp tells the others about a digit.
    private const int Digit = 0;
    private const int Wanted = 1;
    private const int Held = 2;

    /// <summary>
    /// values [rows, k], indices [rows, k]: the largest of (logit - largest) / temperature, of the logits themselves at temperature 1; falling, equal ones by rising index. Places that
    /// the row has no numbers for get -infinity and -1. size: the power of two from k on. Grid: rows.
    /// </summary>
    [GpuKernel(Threads)]
    public static void Run(ArrayView<float> logits, RowStrides logitRows, ArrayView<float> values, ArrayView<int> indices, int width, int count, int size, float temperature)
    {
        var counts = SharedMemory.Allocate<int>(Bins);
        var state = SharedMemory.Allocate<int>(3);
        var kept = SharedMemory.Allocate<ulong>(Most);
        var x = RowStrides.At(logitRows, Grid.IdxX);
        var thread = Group.IdxX;
        var shift = temperature == 1f ? 0f : SamplingKernels.Largest(logits, x, width);

        // The count-th largest key, as far as its digits matter: 1 keeps all keys there are.
        var least = 0UL;
        var wanted = count;
        for (var place = 64 - DigitBits; place >= 0; place -= DigitBits)
        {
            if (thread < Bins)
            {
                counts[thread] = 0;
            }

            Group.Barrier();
            Count(logits, x, width, shift, temperature, least, place, counts);
            Group.Barrier();
            if (thread < 32)
            {
                Choose(counts, wanted, state);
            }

            Group.Barrier();
            var digit = state[Digit];
            if (digit < 0)
            {
                least = 1;
                break;
            }

            least |= (ulong)(uint)digit << place;
            wanted = state[Wanted];
            if (state[Held] == wanted)
            {
                break;
            }
        }

        kept[thread] = 0;
        if (thread == 0)
        {
            counts[0] = 0;
        }

        Group.Barrier();
        for (var i = thread; i < width; i += Threads)
        {
            var key = Key(Value(logits[x + i], shift, temperature), i);
            if (key != 0 && key >= least)
            {
                kept[Atomic.Add(ref counts[0], 1)] = key;
            }
        }

        Group.Barrier();
        Sort(kept, size);
        if (thread < count)
        {
            var key = kept[thread];
            var index = (int)~(uint)key;
            var target = ((long)Grid.IdxX * count) + thread;
            values[target] = key != 0 ? Value(logits[x + (key != 0 ? index : 0)], shift, temperature) : float.NegativeInfinity;
            indices[target] = key != 0 ? index : -1;
        }
    }

    private static float Value(float logit, float shift, float temperature) => FastMath.Divide(FastMath.Subtract(logit, shift), temperature);

    /// <summary>Larger for what comes first; 0 for a NaN.</summary>
    private static ulong Key(float value, int index)
    {
        // -0 + 0 is +0: equal zeros have equal keys.
        var bits = FastMath.UnsignedBits(FastMath.Add(value, 0f));
        var order = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        return value <= float.PositiveInfinity ? ((ulong)order << 32) | ~(uint)index : 0;
    }

    /// <summary>Adds up, for each value of a digit, the keys that have it and the higher digits of <paramref name="prefix"/>; whole warps go round together.</summary>
    private static void Count(ArrayView<float> logits, long x, int width, float shift, float temperature, ulong prefix, int place, ArrayView<int> counts)
    {
        var lower = (1u << (Group.IdxX & 31)) - 1u;
        for (var first = 0; first < width; first += Threads)
        {
            var i = first + Group.IdxX;
            var key = i < width ? Key(Value(logits[x + i], shift, temperature), i) : 0;
            var rest = (key ^ prefix) >> place;
            var bin = key != 0 && rest < Bins ? (uint)rest : Bins;

            // One addition for all lanes of a bin: the first digits are the same for most logits.
            var peers = WarpOperations.Match(bin);
            if (bin < Bins && (peers & lower) == 0)
            {
                Atomic.Add(ref counts[(int)bin], WarpOperations.PopulationCount(peers));
            }
        }
    }

    /// <summary>Finds the digit of the key of rank <paramref name="wanted"/>, how many of that digit are wanted and how many there are; digit -1 where there are fewer keys. A warp.</summary>
    private static void Choose(ArrayView<int> counts, int wanted, ArrayView<int> state)
    {
        var lane = Group.IdxX & 31;
        var highest = Bins - 1 - (lane * BinsALane);
        var own = 0;
        for (var i = 0; i < BinsALane; i++)
        {
            own += counts[highest - i];
        }

        var upTo = own;
        for (var distance = 1; distance < 32; distance <<= 1)
        {
            var before = WarpOperations.ShuffleUp(upTo, distance);
            upTo += lane >= distance ? before : 0;
        }

        if (lane == 31 && upTo < wanted)
        {
            state[Digit] = -1;
        }

        var left = wanted - (upTo - own);
        if (left > 0 && upTo >= wanted)
        {
            var bin = highest;
            while (counts[bin] < left)
            {
                left -= counts[bin];
                bin--;
            }

            state[Digit] = bin;
            state[Wanted] = left;
            state[Held] = counts[bin];
        }
    }

    /// <summary>Falling, by a bitonic network over the first <paramref name="size"/> keys, a power of two.</summary>
    private static void Sort(ArrayView<ulong> keys, int size)
    {
        var thread = Group.IdxX;
        for (var length = 2; length <= size; length <<= 1)
        {
            for (var distance = length >> 1; distance > 0; distance >>= 1)
            {
                var other = thread ^ distance;
                if (other > thread && other < size)
                {
                    var here = keys[thread];
                    var there = keys[other];
                    var falls = (thread & length) == 0;
                    if (falls ? here < there : here > there)
                    {
                        keys[thread] = there;
                        keys[other] = here;
                    }
                }

                Group.Barrier();
            }
        }
    }
}
