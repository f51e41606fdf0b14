namespace PlamoNative.Kernels.Ptx;

/// <summary>Reductions of a warp by five exchanges, distance 16 first: one fixed order, and the same bits in every lane.</summary>
internal static class WarpReduce
{
    /// <summary>Sum over all lanes.</summary>
    public static float Sum(float value)
    {
        value = FastMath.Add(value, WarpOperations.ShuffleXor(value, 16));
        value = FastMath.Add(value, WarpOperations.ShuffleXor(value, 8));
        value = FastMath.Add(value, WarpOperations.ShuffleXor(value, 4));
        value = FastMath.Add(value, WarpOperations.ShuffleXor(value, 2));
        return FastMath.Add(value, WarpOperations.ShuffleXor(value, 1));
    }

    /// <inheritdoc cref="Sum(float)"/>
    public static int Sum(int value)
    {
        value += WarpOperations.ShuffleXor(value, 16);
        value += WarpOperations.ShuffleXor(value, 8);
        value += WarpOperations.ShuffleXor(value, 4);
        value += WarpOperations.ShuffleXor(value, 2);
        return value + WarpOperations.ShuffleXor(value, 1);
    }

    /// <summary>Largest over all lanes; NaN lanes are left out.</summary>
    public static float Max(float value)
    {
        value = FastMath.Max(value, WarpOperations.ShuffleXor(value, 16));
        value = FastMath.Max(value, WarpOperations.ShuffleXor(value, 8));
        value = FastMath.Max(value, WarpOperations.ShuffleXor(value, 4));
        value = FastMath.Max(value, WarpOperations.ShuffleXor(value, 2));
        return FastMath.Max(value, WarpOperations.ShuffleXor(value, 1));
    }

    /// <summary>Smallest over all lanes; NaN lanes are left out.</summary>
    public static float Min(float value)
    {
        value = FastMath.Min(value, WarpOperations.ShuffleXor(value, 16));
        value = FastMath.Min(value, WarpOperations.ShuffleXor(value, 8));
        value = FastMath.Min(value, WarpOperations.ShuffleXor(value, 4));
        value = FastMath.Min(value, WarpOperations.ShuffleXor(value, 2));
        return FastMath.Min(value, WarpOperations.ShuffleXor(value, 1));
    }

    /// <summary>Sum of the lanes up to this one, itself included.</summary>
    public static float InclusiveScan(float value)
    {
        var lane = WarpOperations.Lane();
        for (var distance = 1; distance < 32; distance *= 2)
        {
            var lower = WarpOperations.ShuffleUp(value, distance);
            value = lane >= distance ? FastMath.Add(value, lower) : value;
        }

        return value;
    }
}
