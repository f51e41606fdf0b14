using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>One call of attention in raw form: addresses, strides in elements, sizes.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe struct AttentionProblem<T>
    where T : unmanaged
{
    /// <summary>[T, Hq, P].</summary>
    internal T* Query;
    internal nint QueryTokenStride;
    internal nint QueryHeadStride;

    /// <summary>[T, Hkv, P].</summary>
    internal T* Key;
    internal nint KeyTokenStride;
    internal nint KeyHeadStride;

    /// <summary>[T, Hkv, P].</summary>
    internal T* Value;
    internal nint ValueTokenStride;
    internal nint ValueHeadStride;

    /// <summary>[T, Hq, P], dense.</summary>
    internal T* Output;

    /// <summary>[T, Hq], dense, or null.</summary>
    internal T* LogSumExp;

    internal int QueryHeads;
    internal int KeyValueHeads;
    internal int HeadSize;

    /// <summary>W; <see cref="int.MaxValue"/> for none.</summary>
    internal int Window;

    /// <summary>The query heads of one key-value head: <c>[begin, begin + count)</c> = all h with <c>h · Hkv / Hq == keyValueHead</c>.</summary>
    internal readonly (int Begin, int Count) Group(int keyValueHead)
    {
        var begin = (int)((((long)keyValueHead * QueryHeads) + KeyValueHeads - 1) / KeyValueHeads);
        var end = (int)((((keyValueHead + 1L) * QueryHeads) + KeyValueHeads - 1) / KeyValueHeads);
        return (begin, end - begin);
    }

    /// <summary>The most query heads that one key-value head has.</summary>
    internal readonly int LargestGroup => (QueryHeads + KeyValueHeads - 1) / KeyValueHeads;

    /// <summary>The first key, in the sequence's own count, that the query at <paramref name="position"/> sees.</summary>
    internal readonly int FirstVisible(int position) => Math.Max(0, position - Window);
}

/// <summary>
/// One sequence of a call. Its keys are counted from the oldest one in its cache: <c>[0, Past)</c> lie in the ring, the rest are this call's tokens.
/// </summary>
internal unsafe struct AttentionSequence<T>
    where T : unmanaged
{
    internal int FirstToken;
    internal int Length;
    internal int Past;

    /// <summary>[Hkv, PastCapacity, P]; key i lies in row (PastFirstRow + i) mod PastCapacity.</summary>
    internal T* PastKeys;
    internal T* PastValues;
    internal int PastFirstRow;
    internal int PastCapacity;

    /// <summary>Query blocks of a key-value head.</summary>
    internal int Blocks;

    /// <summary>Parts of the keys.</summary>
    internal int Splits;

    /// <summary>Items of all sequences before this one.</summary>
    internal int FirstItem;

    /// <summary>Where this sequence's partial results begin, counted in (split, query head) pairs.</summary>
    internal int FirstPartial;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly T* KeyRow(in AttentionProblem<T> problem, int head, int key) => key < Past
        ? PastKeys + PastOffset(problem, head, key)
        : problem.Key + ((nint)(FirstToken + key - Past) * problem.KeyTokenStride) + (head * problem.KeyHeadStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly T* ValueRow(in AttentionProblem<T> problem, int head, int key) => key < Past
        ? PastValues + PastOffset(problem, head, key)
        : problem.Value + ((nint)(FirstToken + key - Past) * problem.ValueTokenStride) + (head * problem.ValueHeadStride);

    /// <summary>How many rows from <paramref name="key"/> on lie one after the other, P apart.</summary>
    internal readonly int RunOf(int key)
    {
        if (key >= Past)
        {
            return 1;
        }

        var row = PastFirstRow + key;
        row -= row >= PastCapacity ? PastCapacity : 0;
        return Math.Min(Past - key, PastCapacity - row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly nint PastOffset(in AttentionProblem<T> problem, int head, int key)
    {
        var row = PastFirstRow + key;
        row -= row >= PastCapacity ? PastCapacity : 0;
        return (((nint)head * PastCapacity) + row) * problem.HeadSize;
    }
}
