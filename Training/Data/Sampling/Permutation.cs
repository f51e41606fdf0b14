using System.Numerics;
using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>
/// A random order of <c>[0, count)</c> in constant memory: a Feistel network over the next power of two, whose round function is <see cref="Philox"/>, walked on
/// from results outside of the range until one lies inside. Each key gives a bijection, on every machine the same one.
/// </summary>
internal readonly struct Permutation
{
    private const int Rounds = 6;

    // Fewer bits would leave a network too few keys of its rounds to reach most orders.
    private const int MinBits = 8;

    private readonly Philox _random;
    private readonly ulong _count;
    private readonly int _leftBits;
    private readonly int _rightBits;

    /// <summary>An order of <paramref name="count"/> numbers.</summary>
    /// <param name="count">At least 0.</param>
    /// <param name="seed">First half of the key.</param>
    /// <param name="stream">Second half of the key.</param>
    internal Permutation(long count, ulong seed, ulong stream)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _random = new Philox(seed, stream);
        _count = (ulong)count;
        var bits = Math.Max(MinBits, 64 - BitOperations.LeadingZeroCount((ulong)Math.Max(count - 1, 0)));
        _leftBits = bits / 2;
        _rightBits = bits - _leftBits;
    }

    /// <summary>Which number stands at a place.</summary>
    internal long this[long index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)index, _count);
            var value = (ulong)index;
            do
            {
                value = Mix(value);
            }
            while (value >= _count);
            return (long)value;
        }
    }

    /// <summary>The network: one round changes the left half by the right one, the next the right half by the left one.</summary>
    private ulong Mix(ulong value)
    {
        var left = value >> _rightBits;
        var right = value & ((1UL << _rightBits) - 1);
        for (var round = 0UL; round < Rounds; round += 2)
        {
            left ^= _random.Block((right << 3) | round).Low & ((1UL << _leftBits) - 1);
            right ^= _random.Block((left << 3) | (round + 1)).Low & ((1UL << _rightBits) - 1);
        }

        return (left << _rightBits) | right;
    }
}
