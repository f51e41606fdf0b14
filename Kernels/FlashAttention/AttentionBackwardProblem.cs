using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>A tensor [T, H, P] in raw form: rows of P dense elements.</summary>
internal unsafe struct HeadRows<T>
    where T : unmanaged
{
    internal T* First;
    internal nint TokenStride;
    internal nint HeadStride;

    internal static HeadRows<T> Of(Tensor tensor) => new()
    {
        First = tensor.PointerOf<T>(),
        TokenStride = (nint)tensor.Strides[0],
        HeadStride = (nint)tensor.Strides[1],
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly T* Row(int token, int head) => First + (token * TokenStride) + (head * HeadStride);
}

/// <summary>One call of attention's backward pass in raw form.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe struct AttentionBackwardProblem<T>
    where T : unmanaged
{
    /// <summary>[T, Hq, P] and [T, Hkv, P].</summary>
    internal HeadRows<T> Query;
    internal HeadRows<T> Key;
    internal HeadRows<T> Value;
    internal HeadRows<T> Output;
    internal HeadRows<T> OutputGradient;
    internal HeadRows<T> QueryGradient;
    internal HeadRows<T> KeyGradient;
    internal HeadRows<T> ValueGradient;

    /// <summary>[T, Hq], dense.</summary>
    internal T* LogSumExp;

    internal int QueryHeads;
    internal int KeyValueHeads;
    internal int HeadSize;

    /// <summary>W; <see cref="int.MaxValue"/> for none.</summary>
    internal int Window;

    /// <summary>The most query heads that one key-value head has.</summary>
    internal readonly int LargestGroup => (QueryHeads + KeyValueHeads - 1) / KeyValueHeads;

    /// <summary>The query heads of one key-value head, as in the forward pass.</summary>
    internal readonly (int Begin, int Count) Group(int keyValueHead) =>
        new AttentionProblem<T> { QueryHeads = QueryHeads, KeyValueHeads = KeyValueHeads }.Group(keyValueHead);
}

/// <summary>One sequence of a backward call.</summary>
internal struct AttentionBackwardSequence
{
    internal int FirstToken;
    internal int Length;

    /// <summary>Blocks of fixed rows of a key-value head.</summary>
    internal int Blocks;

    /// <summary>Items of all sequences before this one.</summary>
    internal int FirstItem;
}

/// <summary>The items of one pass: for each sequence, key-value head and block of fixed rows one. The list belongs to the calling thread and is used again.</summary>
internal struct AttentionBackwardPlan
{
    [ThreadStatic]
    private static AttentionBackwardSequence[]? _sequences;

    internal AttentionBackwardSequence[] Sequences;
    internal int Count;
    internal int Items;

    /// <summary>Lays out a pass whose fixed rows are <paramref name="group"/> a token.</summary>
    internal static AttentionBackwardPlan Create(SequenceOffsets offsets, int keyValueHeads, int group)
    {
        var sequences = _sequences;
        if (sequences is null || sequences.Length < offsets.Count)
        {
            _sequences = sequences = new AttentionBackwardSequence[Math.Max(16, offsets.Count)];
        }

        var plan = new AttentionBackwardPlan { Sequences = sequences, Count = offsets.Count };
        for (var s = 0; s < offsets.Count; s++)
        {
            ref var sequence = ref sequences[s];
            sequence.FirstToken = offsets[s];
            sequence.Length = offsets[s + 1] - offsets[s];
            sequence.FirstItem = plan.Items;
            sequence.Blocks = checked((int)((((long)sequence.Length * group) + FlashAttentionSchedule.BlockRows - 1) / FlashAttentionSchedule.BlockRows));
            plan.Items = checked(plan.Items + (keyValueHeads * sequence.Blocks));
        }

        return plan;
    }

    /// <summary>Floats of the gradients of a sequence's query rows, of the longest, and of three rows that a last tile may reach.</summary>
    internal readonly nint LongestGradient(int group, int paddedHead)
    {
        var longest = 0L;
        for (var s = 0; s < Count; s++)
        {
            longest = Math.Max(longest, Sequences[s].Length);
        }

        return checked((nint)(((longest * group) + PanelLayout.SmallRows) * paddedHead));
    }

    /// <summary>The sequence that holds an item.</summary>
    internal readonly int SequenceOf(int item)
    {
        var (low, high) = (0, Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Sequences[middle].FirstItem <= item ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}

/// <summary><c>δ = dO · O</c> of each (token, query head), in the order of <see cref="Reduce"/>.</summary>
internal unsafe struct AttentionDeltaKernel : IRangeKernel
{
    internal AttentionBackwardProblem<float> Problem;
    internal float* Deltas;

    public readonly void Run(int begin, int end, int worker)
    {
        for (var row = begin; row < end; row++)
        {
            var (token, head) = Math.DivRem(row, Problem.QueryHeads);
            Deltas[row] = Reduce.Dot(Problem.OutputGradient.Row(token, head), Problem.Output.Row(token, head), Problem.HeadSize);
        }
    }
}
