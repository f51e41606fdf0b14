namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>The modes of shfl.sync.</summary>
public enum ShuffleMode : byte
{
    /// <summary>From lane - b.</summary>
    Up,

    /// <summary>From lane + b.</summary>
    Down,

    /// <summary>From lane ^ b.</summary>
    Butterfly,

    /// <summary>From lane b of the segment.</summary>
    Index,
}

/// <summary>
/// shfl.sync: PTX ISA "Data Movement and Conversion Instructions: shfl.sync". c holds a clamp in bits 0..4 and a segment mask in bits 8..12;
/// the mask's bits are taken from the own lane, so that segments do not mix.
/// </summary>
public static class Shuffle
{
    /// <summary>The lane whose value arrives, and whether the destination predicate is set; where it is not, the source is the lane itself.</summary>
    public static int SourceLane(ShuffleMode mode, int lane, uint b, uint c, out bool inside)
    {
        var clamp = (int)(c & 31);
        var mask = (int)(c >> 8 & 31);
        var distance = (int)(b & 31);
        var limit = (lane & mask) | (clamp & ~mask);
        int source;
        switch (mode)
        {
            case ShuffleMode.Up:
                source = lane - distance;
                inside = source >= limit;
                break;
            case ShuffleMode.Down:
                source = lane + distance;
                inside = source <= limit;
                break;
            case ShuffleMode.Butterfly:
                source = lane ^ distance;
                inside = source <= limit;
                break;
            default:
                source = (lane & mask) | (distance & ~mask);
                inside = source <= limit;
                break;
        }

        return inside ? source : lane;
    }

    /// <summary>The whole warp at once. Lanes outside of <paramref name="members"/> are left alone.</summary>
    /// <param name="mode">Where lanes read.</param>
    /// <param name="members">The lanes that execute.</param>
    /// <param name="a">The values of 32 lanes.</param>
    /// <param name="b">Distances or lanes, one a lane.</param>
    /// <param name="c">Clamps and masks, one a lane.</param>
    /// <param name="d">What arrives; may be <paramref name="a"/> itself.</param>
    /// <param name="predicates">Bit of each lane: the destination predicate.</param>
    /// <returns>The lanes that read a lane outside of the members, which is undefined; they get the value that lane holds.</returns>
    public static uint Execute(ShuffleMode mode, uint members, ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, ReadOnlySpan<uint> c, Span<uint> d, out uint predicates)
    {
        Span<uint> values = stackalloc uint[32];
        a[..32].CopyTo(values);
        var (undefined, set) = (0u, 0u);
        for (var lane = 0; lane < 32; lane++)
        {
            if ((members >> lane & 1) == 0)
            {
                continue;
            }

            var source = SourceLane(mode, lane, b[lane], c[lane], out var inside);
            d[lane] = values[source];
            set |= (inside ? 1u : 0) << lane;
            undefined |= (~members >> source & 1) << lane;
        }

        predicates = set;
        return undefined;
    }
}
