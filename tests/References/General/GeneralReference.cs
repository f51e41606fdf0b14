using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>Index arithmetic of the general operators, written out: arrays are row-major.</summary>
public static class GeneralReference
{
    /// <summary>Where element <paramref name="index"/> of <paramref name="shape"/> lies in a tensor of <paramref name="from"/> that is broadcast to it.</summary>
    public static long Broadcast(ReadOnlySpan<long> shape, long index, ReadOnlySpan<long> from)
    {
        var (offset, stride) = (0L, 1L);
        for (var i = 1; i <= shape.Length; i++)
        {
            var coordinate = index % shape[^i];
            index /= shape[^i];
            if (i <= from.Length)
            {
                offset += from[^i] == 1 ? 0 : coordinate * stride;
                stride *= from[^i];
            }
        }

        return offset;
    }

    /// <summary>Elements of a shape.</summary>
    public static long Count(ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var size in shape)
        {
            count *= size;
        }

        return count;
    }

    /// <summary>values of <paramref name="from"/>, repeated to <paramref name="shape"/>.</summary>
    public static double[] Expand(ReadOnlySpan<double> values, ReadOnlySpan<long> from, ReadOnlySpan<long> shape)
    {
        var result = new double[Count(shape)];
        for (var i = 0L; i < result.Length; i++)
        {
            result[i] = values[(int)Broadcast(shape, i, from)];
        }

        return result;
    }

    /// <summary>The sum of each element's copies: what <see cref="Expand"/> passes back.</summary>
    public static double[] SumTo<T>(ReadOnlySpan<double> values, ReadOnlySpan<long> shape, ReadOnlySpan<long> to)
        where T : IFloatingPointIeee754<T>
    {
        var sums = new T[Count(to)];
        for (var i = 0; i < values.Length; i++)
        {
            sums[Broadcast(shape, i, to)] += T.CreateChecked(values[i]);
        }

        return Array.ConvertAll(sums, double.CreateChecked);
    }

    /// <summary>The shape with the named axes as 1.</summary>
    public static long[] Kept(ReadOnlySpan<long> shape, ReadOnlySpan<int> axes)
    {
        var kept = shape.ToArray();
        foreach (var axis in axes)
        {
            kept[axis] = 1;
        }

        return kept;
    }

    /// <summary>The elements that meet in each result, in row-major order.</summary>
    public static double[][] Groups(ReadOnlySpan<double> x, ReadOnlySpan<long> shape, ReadOnlySpan<int> axes)
    {
        var kept = Kept(shape, axes);
        var groups = new List<double>[Count(kept)];
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i] = [];
        }

        for (var i = 0; i < x.Length; i++)
        {
            groups[Broadcast(shape, i, kept)].Add(x[i]);
        }

        return [.. groups.Select(g => g.ToArray())];
    }

    /// <summary>The inverse of <see cref="Groups"/>.</summary>
    public static double[] Ungroup(double[][] groups, ReadOnlySpan<long> shape, ReadOnlySpan<int> axes)
    {
        var kept = Kept(shape, axes);
        var next = new int[groups.Length];
        var result = new double[Count(shape)];
        for (var i = 0L; i < result.Length; i++)
        {
            var group = Broadcast(shape, i, kept);
            result[i] = groups[group][next[group]++];
        }

        return result;
    }
}
