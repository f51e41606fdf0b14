using System.Numerics;
using System.Runtime.CompilerServices;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>
/// The map (symbol, node) to node of a trie: open addressing with linear probing in one flat array of 16-byte slots, at most half full.
/// Node 0 is the root and nobody's child, so that value 0 marks an empty slot and the answer "none".
/// </summary>
internal sealed class TransitionTable
{
    private Slot[] _slots;
    private int _shift;
    private int _count;

    internal TransitionTable(int expectedCount)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expectedCount * 2L));
        _slots = new Slot[size];
        _shift = 64 - BitOperations.Log2((uint)size);
    }

    /// <summary>The child of <paramref name="node"/> along <paramref name="symbol"/>, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Find(int symbol, int node)
    {
        var slots = _slots;
        var key = Key(symbol, node);
        var index = Hash(key) >> _shift;
        while (true)
        {
            ref readonly var slot = ref slots[index];
            if (slot.Key == key || slot.Value == 0)
            {
                return slot.Value;
            }

            index = (index + 1) & (uint)(slots.Length - 1);
        }
    }

    /// <summary>Adds a child that is not there yet.</summary>
    internal void Add(int symbol, int node, int child)
    {
        if (++_count * 2L > _slots.Length)
        {
            Grow();
        }

        Place(new Slot { Key = Key(symbol, node), Value = child });
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Key(int symbol, int node) => ((ulong)(uint)symbol << 32 | (uint)node) + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ulong key)
    {
        // One multiplication clusters (neighbouring nodes, neighbouring symbols); folding the high half in before it does not.
        key ^= key >> 29;
        key *= 0xBF58476D1CE4E5B9;
        key ^= key >> 32;
        return key * 0x9E3779B97F4A7C15;
    }

    private void Place(Slot slot)
    {
        var index = Hash(slot.Key) >> _shift;
        while (_slots[index].Value != 0)
        {
            index = (index + 1) & (uint)(_slots.Length - 1);
        }

        _slots[index] = slot;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        _shift--;
        foreach (var slot in old)
        {
            if (slot.Value != 0)
            {
                Place(slot);
            }
        }
    }

    private struct Slot
    {
        /// <summary>Symbol in the high half, node in the low half, plus one so that no key is zero.</summary>
        internal ulong Key;
        internal int Value;
    }
}
