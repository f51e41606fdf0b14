using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>A comparison of two values.</summary>
internal interface IComparison<T>
{
    /// <summary>There is a form for vectors of 32-bit values.</summary>
    static virtual bool HasVector => false;

    static abstract bool Holds(T a, T b);

    static virtual Vector256<T> Holds(Vector256<T> a, Vector256<T> b) => a;
}

internal enum Combination
{
    None,
    And,
    Or,
    Xor,
}

/// <summary><c>setp</c>: one or two predicates from a comparison, perhaps combined with a third.</summary>
internal sealed unsafe class SetPredicate<TComparison, T>(int destination, int complement, Source a, Source b, Combination combination, Source? third, uint flip) : Instruction
    where TComparison : struct, IComparison<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(Warp warp, uint mask)
    {
        var x = a.Of<T>(warp);
        var y = b.Of<T>(warp);
        var holds = 0u;
        if (TComparison.HasVector)
        {
            for (var lane = 0; lane < Warp.Lanes; lane += 8)
            {
                holds |= TComparison.Holds(Vector256.Load(x + lane), Vector256.Load(y + lane)).ExtractMostSignificantBits() << lane;
            }
        }

        for (var lane = 0; !TComparison.HasVector && lane < Warp.Lanes; lane++)
        {
            holds |= (TComparison.Holds(x[lane], y[lane]) ? 1u : 0u) << lane;
        }

        var fails = ~holds;
        if (third is { } source)
        {
            var other = *source.Of<uint>(warp) ^ flip;
            (holds, fails) = combination switch
            {
                Combination.And => (holds & other, fails & other),
                Combination.Or => (holds | other, fails | other),
                _ => (holds ^ other, fails ^ other),
            };
        }

        if (destination >= 0)
        {
            var d = (uint*)(warp.Registers + destination);
            *d = (*d & ~mask) | (holds & mask);
        }

        if (complement >= 0)
        {
            var d = (uint*)(warp.Registers + complement);
            *d = (*d & ~mask) | (fails & mask);
        }
    }
}

internal readonly struct Equal<T> : IComparison<T>
    where T : IComparisonOperators<T, T, bool>
{
    public static bool HasVector => Unsafe.SizeOf<T>() == 4;

    public static bool Holds(T a, T b) => a == b;

    public static Vector256<T> Holds(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);
}

internal readonly struct NotEqual<T> : IComparison<T>
    where T : IComparisonOperators<T, T, bool>
{
    public static bool HasVector => Unsafe.SizeOf<T>() == 4;

    public static bool Holds(T a, T b) => a != b;

    public static Vector256<T> Holds(Vector256<T> a, Vector256<T> b) => ~Vector256.Equals(a, b);
}

internal readonly struct Less<T> : IComparison<T>
    where T : IComparisonOperators<T, T, bool>
{
    public static bool HasVector => Unsafe.SizeOf<T>() == 4;

    public static bool Holds(T a, T b) => a < b;

    public static Vector256<T> Holds(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);
}

internal readonly struct LessOrEqual<T> : IComparison<T>
    where T : IComparisonOperators<T, T, bool>
{
    public static bool HasVector => Unsafe.SizeOf<T>() == 4;

    public static bool Holds(T a, T b) => a <= b;

    public static Vector256<T> Holds(Vector256<T> a, Vector256<T> b) => Vector256.LessThanOrEqual(a, b);
}

internal readonly struct Greater<T> : IComparison<T>
    where T : IComparisonOperators<T, T, bool>
{
    public static bool HasVector => Unsafe.SizeOf<T>() == 4;

    public static bool Holds(T a, T b) => a > b;

    public static Vector256<T> Holds(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThan(a, b);
}

internal readonly struct GreaterOrEqual<T> : IComparison<T>
    where T : IComparisonOperators<T, T, bool>
{
    public static bool HasVector => Unsafe.SizeOf<T>() == 4;

    public static bool Holds(T a, T b) => a >= b;

    public static Vector256<T> Holds(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThanOrEqual(a, b);
}

/// <summary>Ordered and different: C#'s <c>!=</c> alone is true for NaN.</summary>
internal readonly struct OrderedNotEqual<T> : IComparison<T>
    where T : IFloatingPointIeee754<T>
{
    public static bool Holds(T a, T b) => a != b && !T.IsNaN(a) && !T.IsNaN(b);
}

/// <summary>The comparison, or one of the two is NaN.</summary>
internal readonly struct OrUnordered<TComparison, T> : IComparison<T>
    where TComparison : struct, IComparison<T>
    where T : IFloatingPointIeee754<T>
{
    public static bool Holds(T a, T b) => TComparison.Holds(a, b) || T.IsNaN(a) || T.IsNaN(b);
}

internal readonly struct BothNumbers<T> : IComparison<T>
    where T : IFloatingPointIeee754<T>
{
    public static bool Holds(T a, T b) => !T.IsNaN(a) && !T.IsNaN(b);
}

internal readonly struct AnyNaN<T> : IComparison<T>
    where T : IFloatingPointIeee754<T>
{
    public static bool Holds(T a, T b) => T.IsNaN(a) || T.IsNaN(b);
}

/// <summary>Flushes subnormal inputs first (<c>.ftz</c>).</summary>
internal readonly struct Flushed<TComparison> : IComparison<float>
    where TComparison : struct, IComparison<float>
{
    public static bool Holds(float a, float b) => TComparison.Holds(F32.Flush(a), F32.Flush(b));
}
