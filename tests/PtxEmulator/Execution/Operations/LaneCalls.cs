using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>One value in, one out, by a delegate: for instructions that are not hot.</summary>
internal sealed unsafe class UnaryCall<TA, TResult>(Func<TA, TResult> function, int destination, Source a) : Instruction
    where TA : unmanaged
    where TResult : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (TResult*)(warp.Registers + destination);
        var x = a.Of<TA>(warp);
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = function(x[lane]);
        }
    }
}

/// <summary>Two values in, one out, by a delegate.</summary>
internal sealed unsafe class BinaryCall<TA, TB, TResult>(Func<TA, TB, TResult> function, int destination, Source a, Source b) : Instruction
    where TA : unmanaged
    where TB : unmanaged
    where TResult : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (TResult*)(warp.Registers + destination);
        var x = a.Of<TA>(warp);
        var y = b.Of<TB>(warp);
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = function(x[lane], y[lane]);
        }
    }
}

/// <summary>Three values in, one out, by a delegate.</summary>
internal sealed unsafe class TernaryCall<TA, TB, TC, TResult>(Func<TA, TB, TC, TResult> function, int destination, Source a, Source b, Source c) : Instruction
    where TA : unmanaged
    where TB : unmanaged
    where TC : unmanaged
    where TResult : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (TResult*)(warp.Registers + destination);
        var x = a.Of<TA>(warp);
        var y = b.Of<TB>(warp);
        var z = c.Of<TC>(warp);
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = function(x[lane], y[lane], z[lane]);
        }
    }
}

/// <summary>An operation of two values, specialized by the compiler for each type.</summary>
internal interface IBinaryOperation<T>
{
    /// <summary>There is a form for vectors, with the same bits.</summary>
    static virtual bool HasVector => false;

    static abstract T Invoke(T a, T b);

    static virtual Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a;
}

/// <summary>An operation of three values.</summary>
internal interface ITernaryOperation<T>
{
    /// <summary>There is a form for vectors, with the same bits.</summary>
    static virtual bool HasVector => false;

    static abstract T Invoke(T a, T b, T c);

    static virtual Vector256<T> Invoke(Vector256<T> a, Vector256<T> b, Vector256<T> c) => a;
}

/// <summary>A hot operation of two values.</summary>
internal sealed unsafe class Binary<TOperation, T>(int destination, Source a, Source b) : Instruction
    where TOperation : struct, IBinaryOperation<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (T*)(warp.Registers + destination);
        var x = a.Of<T>(warp);
        var y = b.Of<T>(warp);
        if (mask == uint.MaxValue)
        {
            if (TOperation.HasVector)
            {
                for (var lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
                {
                    TOperation.Invoke(Vector256.Load(x + lane), Vector256.Load(y + lane)).Store(d + lane);
                }

                return;
            }

            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                d[lane] = TOperation.Invoke(x[lane], y[lane]);
            }

            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = TOperation.Invoke(x[lane], y[lane]);
        }
    }
}

/// <summary>A hot operation of three values.</summary>
internal sealed unsafe class Ternary<TOperation, T>(int destination, Source a, Source b, Source c) : Instruction
    where TOperation : struct, ITernaryOperation<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (T*)(warp.Registers + destination);
        var x = a.Of<T>(warp);
        var y = b.Of<T>(warp);
        var z = c.Of<T>(warp);
        if (mask == uint.MaxValue)
        {
            if (TOperation.HasVector)
            {
                for (var lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
                {
                    TOperation.Invoke(Vector256.Load(x + lane), Vector256.Load(y + lane), Vector256.Load(z + lane)).Store(d + lane);
                }

                return;
            }

            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                d[lane] = TOperation.Invoke(x[lane], y[lane], z[lane]);
            }

            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = TOperation.Invoke(x[lane], y[lane], z[lane]);
        }
    }
}
