using System.Numerics;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>The operations of redux.sync.</summary>
public enum ReduxOperation : byte
{
    /// <summary>Wrapping sum.</summary>
    Add,

    /// <summary>Smallest, unsigned.</summary>
    MinU32,

    /// <summary>Largest, unsigned.</summary>
    MaxU32,

    /// <summary>Smallest, signed.</summary>
    MinS32,

    /// <summary>Largest, signed.</summary>
    MaxS32,

    /// <summary>Bitwise and.</summary>
    And,

    /// <summary>Bitwise or.</summary>
    Or,

    /// <summary>Bitwise exclusive or.</summary>
    Xor,
}

/// <summary>
/// vote.sync, match.sync, redux.sync, elect.sync: PTX ISA "Parallel Synchronization and Communication Instructions". Lanes outside of the mask
/// count for nothing.
/// </summary>
public static class WarpCollectives
{
    /// <summary>vote.ballot: the set predicates of the members.</summary>
    public static uint Ballot(uint members, uint predicates) => members & predicates;

    /// <summary>vote.all.</summary>
    public static bool All(uint members, uint predicates) => (members & ~predicates) == 0;

    /// <summary>vote.any.</summary>
    public static bool Any(uint members, uint predicates) => (members & predicates) != 0;

    /// <summary>vote.uni: all the same.</summary>
    public static bool Uniform(uint members, uint predicates) => All(members, predicates) || !Any(members, predicates);

    /// <summary>match.any: for each member the members with its value.</summary>
    public static void MatchAny<T>(uint members, ReadOnlySpan<T> values, Span<uint> d)
        where T : unmanaged, IEquatable<T>
    {
        for (var lane = 0; lane < 32; lane++)
        {
            if ((members >> lane & 1) != 0)
            {
                d[lane] = Same(members, values, lane);
            }
        }
    }

    /// <summary>match.all: the members if all values are equal (the predicate is then true), else 0.</summary>
    public static uint MatchAll<T>(uint members, ReadOnlySpan<T> values, out bool equal)
        where T : unmanaged, IEquatable<T>
    {
        equal = members != 0 && Same(members, values, Elect(members)) == members;
        return equal ? members : 0;
    }

    /// <summary>redux.sync over the members.</summary>
    public static uint Reduce(ReduxOperation operation, uint members, ReadOnlySpan<uint> values)
    {
        var first = Elect(members);
        var result = values[first];
        for (var rest = members & (members - 1); rest != 0; rest &= rest - 1)
        {
            var value = values[BitOperations.TrailingZeroCount(rest)];
            result = operation switch
            {
                ReduxOperation.Add => result + value,
                ReduxOperation.MinU32 => Math.Min(result, value),
                ReduxOperation.MaxU32 => Math.Max(result, value),
                ReduxOperation.MinS32 => (uint)Math.Min((int)result, (int)value),
                ReduxOperation.MaxS32 => (uint)Math.Max((int)result, (int)value),
                ReduxOperation.And => result & value,
                ReduxOperation.Or => result | value,
                _ => result ^ value,
            };
        }

        return result;
    }

    /// <summary>elect.sync: the lowest member; the ISA asks only for one that is always the same.</summary>
    public static int Elect(uint members) =>
        members != 0 ? BitOperations.TrailingZeroCount(members) : throw new PtxRuleException("a warp instruction with an empty membermask");

    private static uint Same<T>(uint members, ReadOnlySpan<T> values, int lane)
        where T : unmanaged, IEquatable<T>
    {
        var result = 0u;
        for (var other = 0; other < 32; other++)
        {
            if ((members >> other & 1) != 0 && values[other].Equals(values[lane]))
            {
                result |= 1u << other;
            }
        }

        return result;
    }
}
