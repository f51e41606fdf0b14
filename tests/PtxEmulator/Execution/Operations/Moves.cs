using System.Numerics;
using System.Runtime.CompilerServices;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Copies a register row of one width.</summary>
internal sealed unsafe class Move<T>(int destination, Source a) : Instruction
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (T*)(warp.Registers + destination);
        var x = a.Of<T>(warp);
        if (mask == uint.MaxValue)
        {
            new Span<T>(x, Warp.Lanes).CopyTo(new Span<T>(d, Warp.Lanes));
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = x[lane];
        }
    }
}

/// <summary>Copies the low bytes of wider values, or widens with zeros or the sign.</summary>
internal sealed unsafe class Resize(int destination, int destinationSize, Source a, int sourceSize, bool isSigned) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var d = warp.Registers + destination;
        var x = a.Of<byte>(warp);
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            var from = x + (lane * sourceSize);
            var to = d + (lane * destinationSize);
            ulong value = sourceSize switch
            {
                1 => isSigned ? (ulong)*(sbyte*)from : *from,
                2 => isSigned ? (ulong)*(short*)from : *(ushort*)from,
                4 => isSigned ? (ulong)*(int*)from : *(uint*)from,
                _ => *(ulong*)from,
            };
            switch (destinationSize)
            {
                case 1:
                    *to = (byte)value;
                    break;
                case 2:
                    *(ushort*)to = (ushort)value;
                    break;
                case 4:
                    *(uint*)to = (uint)value;
                    break;
                case 8:
                    *(ulong*)to = value;
                    break;
                default:
                    ((ulong*)to)[0] = value;
                    ((ulong*)to)[1] = sourceSize == 16 ? ((ulong*)from)[1] : isSigned ? (ulong)((long)value >> 63) : 0;
                    break;
            }
        }
    }
}

/// <summary>Moves one part of a packed value: <c>mov.b64 {%r1, %r2}, %rd</c> and back are made of these.</summary>
internal sealed unsafe class CopyPart(int destination, int destinationStride, int destinationPart, Source a, int sourceStride, int sourcePart, int bytes) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var d = warp.Registers + destination + destinationPart;
        var x = a.Of<byte>(warp) + sourcePart;
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            Unsafe.CopyBlockUnaligned(d + (lane * destinationStride), x + (lane * sourceStride), (uint)bytes);
        }
    }
}

/// <summary>Predicates: d = a op b, as masks of lanes.</summary>
internal sealed unsafe class PredicateLogic(char operation, int destination, Source a, uint flipA, Source b, uint flipB) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (uint*)(warp.Registers + destination);
        var x = *a.Of<uint>(warp) ^ flipA;
        var y = *b.Of<uint>(warp) ^ flipB;
        var value = operation switch
        {
            '&' => x & y,
            '|' => x | y,
            '^' => x ^ y,
            _ => x,
        };
        *d = (*d & ~mask) | (value & mask);
    }
}

/// <summary><c>selp</c>: a where the predicate holds, else b.</summary>
internal sealed unsafe class Select<T>(int destination, Source a, Source b, Source predicate, uint flip) : Instruction
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (T*)(warp.Registers + destination);
        var x = a.Of<T>(warp);
        var y = b.Of<T>(warp);
        var chosen = *predicate.Of<uint>(warp) ^ flip;
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = ((chosen >> lane) & 1) != 0 ? x[lane] : y[lane];
        }
    }
}

/// <summary>A predicate as a number, for instructions that take one by value.</summary>
internal sealed unsafe class SpreadPredicate(int destination, Source predicate, uint flip) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (uint*)(warp.Registers + destination);
        var chosen = *predicate.Of<uint>(warp) ^ flip;
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            d[lane] = (chosen >> lane) & 1;
        }
    }
}
