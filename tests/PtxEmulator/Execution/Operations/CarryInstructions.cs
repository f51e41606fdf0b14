using System.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary><c>bfi</c>: four sources.</summary>
internal sealed unsafe class InsertField<T>(Func<T, T, uint, uint, T> function, int destination, Source a, Source b, Source position, Source length) : Instruction
    where T : unmanaged
{
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (T*)(warp.Registers + destination);
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = function(a.Of<T>(warp)[lane], b.Of<T>(warp)[lane], position.Of<uint>(warp)[lane], length.Of<uint>(warp)[lane]);
        }
    }
}

/// <summary>Extended-precision arithmetic: add, sub, mad with carry in and out.</summary>
internal sealed unsafe class CarryInstruction(
    string kind, bool isHigh, bool isSigned, int size, int destination, Source a, Source b, Source c, int carry, bool takes, bool gives) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var flags = (uint*)(warp.Registers + carry);
        var limit = size == 8 ? ulong.MaxValue : uint.MaxValue;
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            UInt128 x = Value(a, warp, lane), y = Value(b, warp, lane);
            UInt128 carryIn = takes ? (*flags >> lane) & 1 : 0;
            UInt128 sum;
            if (kind == "sub")
            {
                // The flag is a borrow.
                sum = x - y - carryIn;
            }
            else if (kind == "add")
            {
                sum = x + y + carryIn;
            }
            else
            {
                sum = Product(x, y) + Value(c, warp, lane) + carryIn;
            }

            if (size == 8)
            {
                ((ulong*)(warp.Registers + destination))[lane] = (ulong)sum;
            }
            else
            {
                ((uint*)(warp.Registers + destination))[lane] = (uint)sum;
            }

            if (gives)
            {
                *flags = (*flags & ~(1u << lane)) | (sum > limit ? 1u << lane : 0);
            }
        }
    }

    private ulong Product(UInt128 x, UInt128 y)
    {
        if (size == 4)
        {
            var product = isSigned ? (ulong)((long)(int)(uint)x * (int)(uint)y) : (ulong)x * (ulong)y;
            return isHigh ? product >> 32 : (uint)product;
        }

        if (!isHigh)
        {
            return (ulong)x * (ulong)y;
        }

        return isSigned ? (ulong)Math.BigMul((long)(ulong)x, (long)(ulong)y, out _) : Math.BigMul((ulong)x, (ulong)y, out _);
    }

    private ulong Value(Source source, Warp warp, int lane) => size == 8 ? source.Of<ulong>(warp)[lane] : source.Of<uint>(warp)[lane];
}
