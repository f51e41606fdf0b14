using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>Packs neighbouring keys and values of one head, wherever they lie (ring or this call's tokens), for the tiles of <see cref="TileProduct"/>.</summary>
internal static unsafe class KeyValueTile
{
    // Not a power of two, so that staged rows do not compete for the same sets of the cache.
    internal static int StagedStride(int headSize) => PanelLayout.RoundUp(headSize, 16) + 16;

    /// <summary>Floats of packed keys.</summary>
    internal static int KeyFloats(int headSize) => FlashAttentionSchedule.TileKeys * headSize;

    /// <summary>Floats of packed values.</summary>
    internal static int ValueFloats(int headSize) => FlashAttentionSchedule.TileKeys * PanelLayout.RoundUp(headSize, TileProduct.Columns);

    /// <summary>Floats of scratch for packing.</summary>
    internal static int StagingFloats(int headSize) => FlashAttentionSchedule.TileKeys * StagedStride(headSize);

    /// <summary>Keys as left operands: panels of 12, then 4, each <c>panel[p * height + key]</c>, the panel of key k at <c>k * P</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PackKeys(in AttentionProblem<float> problem, in AttentionSequence<float> sequence, int head, int first, int keys, float* staging, float* packed)
    {
        var stride = StagedStride(problem.HeadSize);
        for (var key = 0; key < keys; key++)
        {
            new ReadOnlySpan<float>(sequence.KeyRow(problem, head, first + key), problem.HeadSize).CopyTo(new Span<float>(staging + (key * stride), problem.HeadSize));
        }

        for (var key = 0; key < keys;)
        {
            var height = keys - key >= PanelLayout.Rows ? PanelLayout.Rows : PanelLayout.SmallRows;
            PanelPacking.PackRows(staging + (key * stride), stride, keys - key, problem.HeadSize, packed + (key * problem.HeadSize), height);
            key += height;
        }
    }

    /// <summary>Values as right operands: panels of 32 columns, each <c>panel[key * 32 + column]</c>, filled with zeros to the right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PackValues<TSimd, TVector>(
        in AttentionProblem<float> problem, in AttentionSequence<float> sequence, int head, int first, int keys, float* packed)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        const int Columns = TileProduct.Columns;
        const int PanelFloats = Columns * FlashAttentionSchedule.TileKeys;
        var headSize = problem.HeadSize;
        for (var key = 0; key < keys; key++)
        {
            var row = sequence.ValueRow(problem, head, first + key);
            var to = packed + (key * Columns);
            var column = 0;
            for (; column + Columns <= headSize; column += Columns)
            {
                for (var i = 0; i < Columns; i += TSimd.Count)
                {
                    TSimd.Store(TSimd.Load(row + column + i), to + i);
                }

                to += PanelFloats;
            }

            if (column < headSize)
            {
                var rest = new Span<float>(to, Columns);
                new ReadOnlySpan<float>(row + column, headSize - column).CopyTo(rest);
                rest[(headSize - column)..].Clear();
            }
        }
    }

    /// <summary>Query rows, scaled, as right operands: panels of <paramref name="width"/> rows, each <c>panel[p * width + row]</c>, filled with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PackQueries<TSimd, TVector>(
        in AttentionProblem<float> problem, in AttentionSequence<float> sequence, int keyValueHead, int first, int rows, int width, float* staging, float* packed)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var scale = (float)(1 / Math.Sqrt(problem.HeadSize));
        var stride = StagedStride(problem.HeadSize);
        var (headBegin, group) = problem.Group(keyValueHead);
        for (var row = 0; row < rows; row += width)
        {
            var valid = Math.Min(width, rows - row);
            for (var r = 0; r < valid; r++)
            {
                var (token, head) = Math.DivRem(first + row + r, group);
                var from = problem.Query + ((nint)(sequence.FirstToken + token) * problem.QueryTokenStride) + ((headBegin + head) * problem.QueryHeadStride);
                Scale<TSimd, TVector>(from, scale, problem.HeadSize, staging + (r * stride));
            }

            PanelPacking.PackRows(staging, stride, valid, problem.HeadSize, packed + ((nint)row * problem.HeadSize), width);
        }
    }

    /// <summary><c>to = from · scale</c> over neighbours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Scale<TSimd, TVector>(float* from, float scale, int count, float* to)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var i = 0;
        for (; i + TSimd.Count <= count; i += TSimd.Count)
        {
            TSimd.Store(TSimd.Multiply(TSimd.Load(from + i), TSimd.Create(scale)), to + i);
        }

        for (; i < count; i++)
        {
            to[i] = from[i] * scale;
        }
    }
}
