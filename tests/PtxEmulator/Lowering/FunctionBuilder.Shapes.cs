using System.Runtime.CompilerServices;
using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>The usual shapes of instructions: destination first, then one to three sources. Each answers true, so that a family can return it.</summary>
internal sealed partial class FunctionBuilder
{
    internal bool Unary<TA, TResult>(Func<TA, TResult> function, PtxType result, PtxType a)
        where TA : unmanaged
        where TResult : unmanaged
    {
        Demand<TA>(a);
        Demand<TResult>(result);
        var x = Source(1, a);
        Add(new UnaryCall<TA, TResult>(function, Destination(0, result), x));
        return true;
    }

    internal bool Binary<TA, TB, TResult>(Func<TA, TB, TResult> function, PtxType result, PtxType a, PtxType b)
        where TA : unmanaged
        where TB : unmanaged
        where TResult : unmanaged
    {
        Demand<TA>(a);
        Demand<TB>(b);
        Demand<TResult>(result);
        var (x, y) = (Source(1, a), Source(2, b));
        Add(new BinaryCall<TA, TB, TResult>(function, Destination(0, result), x, y));
        return true;
    }

    internal bool Ternary<TA, TB, TC, TResult>(Func<TA, TB, TC, TResult> function, PtxType result, PtxType a, PtxType b, PtxType c)
        where TA : unmanaged
        where TB : unmanaged
        where TC : unmanaged
        where TResult : unmanaged
    {
        Demand<TA>(a);
        Demand<TB>(b);
        Demand<TC>(c);
        Demand<TResult>(result);
        var (x, y, z) = (Source(1, a), Source(2, b), Source(3, c));
        Add(new TernaryCall<TA, TB, TC, TResult>(function, Destination(0, result), x, y, z));
        return true;
    }

    internal bool Hot2<TOperation, T>(PtxType type)
        where TOperation : struct, IBinaryOperation<T>
        where T : unmanaged
    {
        Demand<T>(type);
        var (x, y) = (Source(1, type), Source(2, type));
        Add(new Binary<TOperation, T>(Destination(0, type), x, y));
        return true;
    }

    internal bool Hot3<TOperation, T>(PtxType type)
        where TOperation : struct, ITernaryOperation<T>
        where T : unmanaged
    {
        Demand<T>(type);
        var (x, y, z) = (Source(1, type), Source(2, type), Source(3, type));
        Add(new Ternary<TOperation, T>(Destination(0, type), x, y, z));
        return true;
    }

    /// <summary>Refuses a type whose rows are not as wide as the operation's values: it would reach into its neighbours.</summary>
    private void Demand<T>(PtxType type)
        where T : unmanaged => Demand(type, Unsafe.SizeOf<T>());

    internal void Demand(PtxType type, params ReadOnlySpan<int> sizes)
    {
        if (!sizes.Contains(type.Size()))
        {
            throw Error($"expected a type of {string.Join(" or ", sizes.ToArray().Select(size => size * 8))} bits, found {type.Size() * 8}");
        }
    }

    internal void AddMove(int size, int destination, Source source) => Add(size switch
    {
        1 => new Move<byte>(destination, source),
        2 => new Move<ushort>(destination, source),
        4 => new Move<uint>(destination, source),
        8 => new Move<ulong>(destination, source),
        16 => new Move<UInt128>(destination, source),
        _ => throw Error("expected a type of 8 to 128 bits"),
    });
}
