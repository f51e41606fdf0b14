using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Float64 arithmetic.</summary>
internal static class DoubleLowering
{
    private const PtxType T = PtxType.F64;

    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        var mode = s.Rounding();
        var isNearest = mode == Rounding.NearestEven;
        switch (s.Opcode)
        {
            case "add":
                return isNearest ? b.Hot2<CanonicalDouble<Add<double>>, double>(T) : b.Binary<double, double, double>((x, y) => F64.Add(x, y, mode), T, T, T);
            case "sub":
                return isNearest ? b.Hot2<CanonicalDouble<Subtract<double>>, double>(T) : b.Binary<double, double, double>((x, y) => F64.Subtract(x, y, mode), T, T, T);
            case "mul":
                return isNearest ? b.Hot2<CanonicalDouble<Multiply<double>>, double>(T) : b.Binary<double, double, double>((x, y) => F64.Multiply(x, y, mode), T, T, T);
            case "fma" or "mad":
                return isNearest ? b.Hot3<MultiplyAddDouble, double>(T) : b.Ternary<double, double, double, double>((x, y, z) => F64.MultiplyAdd(x, y, z, mode), T, T, T, T);
            case "div":
                return b.Binary<double, double, double>((x, y) => F64.Divide(x, y, mode), T, T, T);
            case "rcp":
                return s.Has("approx") ? b.Unary<double, double>(Approximate.ReciprocalF64, T, T) : b.Unary<double, double>(x => F64.Reciprocal(x, mode), T, T);
            case "sqrt":
                return b.Unary<double, double>(x => F64.SquareRoot(x, mode), T, T);
            case "rsqrt":
                return b.Unary<double, double>(Approximate.ReciprocalSquareRootF64, T, T);
            case "abs":
                return b.Unary<double, double>(Math.Abs, T, T);
            case "neg":
                return b.Unary<double, double>(x => -x, T, T);
            case "copysign":
                return b.Binary<double, double, double>((x, y) => Math.CopySign(y, x), T, T, T);
            case "min" or "max":
                var isMaximum = s.Opcode == "max";
                return b.Binary<double, double, double>((x, y) => MinMax.Select(isMaximum, x, y), T, T, T);
            default:
                return false;
        }
    }
}
