using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Float32 arithmetic.</summary>
internal static class SingleLowering
{
    private const PtxType T = PtxType.F32;

    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        var mode = s.Rounding();
        var (ftz, sat) = (s.Has("ftz"), s.Has("sat"));
        var isPlain = mode == Rounding.NearestEven && !sat;
        switch (s.Opcode)
        {
            case "add":
                return isPlain ? Hot<AddSingle>(b, ftz) : Binary(b, s, (x, y) => F32.Add(x, y, mode));
            case "sub":
                return isPlain ? Hot<SubtractSingle>(b, ftz) : Binary(b, s, (x, y) => F32.Subtract(x, y, mode));
            case "mul":
                return isPlain ? Hot<MultiplySingle>(b, ftz) : Binary(b, s, (x, y) => F32.Multiply(x, y, mode));
            case "fma" or "mad":
                if (isPlain)
                {
                    return ftz ? b.Hot3<FlushedTernary<MultiplyAddSingle>, float>(T) : b.Hot3<MultiplyAddSingle, float>(T);
                }

                return b.Ternary<float, float, float, float>((x, y, z) => After(F32.MultiplyAdd(Before(x, ftz), Before(y, ftz), Before(z, ftz), mode), ftz, sat), T, T, T, T);
            case "div":
                return s.Has("approx") ? b.Binary<float, float, float>((x, y) => Approximate.Divide(x, y, ftz), T, T, T)
                    : s.Has("full") ? b.Binary<float, float, float>((x, y) => Approximate.DivideFull(x, y, ftz), T, T, T)
                    : Binary(b, s, (x, y) => F32.Divide(x, y, mode));
            case "rcp":
                return s.Has("approx") ? Unary(b, x => Approximate.Reciprocal(x, ftz)) : Unary(b, x => After(F32.Reciprocal(Before(x, ftz), mode), ftz, sat));
            case "sqrt":
                return s.Has("approx") ? Unary(b, x => Approximate.SquareRoot(x, ftz)) : Unary(b, x => After(F32.SquareRoot(Before(x, ftz), mode), ftz, sat));
            case "rsqrt":
                return Unary(b, x => Approximate.ReciprocalSquareRoot(x, ftz));
            case "ex2":
                return Unary(b, x => Approximate.Exponent2(x, ftz));
            case "lg2":
                return Unary(b, x => Approximate.Logarithm2(x, ftz));
            case "sin":
                return Unary(b, x => Approximate.Sine(x, ftz));
            case "cos":
                return Unary(b, x => Approximate.Cosine(x, ftz));
            case "tanh":
                return Unary(b, Approximate.Tanh);
            case "abs":
                return Unary(b, x => After(MathF.Abs(x), ftz, sat));
            case "neg":
                return Unary(b, x => After(-x, ftz, sat));
            case "copysign":
                // d has the sign of a and the size of b.
                return b.Binary<float, float, float>((x, y) => MathF.CopySign(y, x), T, T, T);
            case "min" or "max":
                return Extreme(b, s, s.Opcode == "max", ftz);
            default:
                return false;
        }
    }

    private static bool Extreme(FunctionBuilder b, InstructionSyntax s, bool isMaximum, bool ftz)
    {
        var (nan, xor) = (s.Has("NaN"), s.Has("xorsign"));
        float Choose(float x, float y) => After(MinMax.Select(isMaximum, Before(x, ftz), Before(y, ftz), nan, xor), ftz, false);
        return s.Operands.Count == 4
            ? b.Ternary<float, float, float, float>((x, y, z) => Choose(Choose(x, y), z), T, T, T, T)
            : b.Binary<float, float, float>(Choose, T, T, T);
    }

    private static bool Hot<TOperation>(FunctionBuilder b, bool ftz)
        where TOperation : struct, IBinaryOperation<float> => ftz ? b.Hot2<FlushedBinary<TOperation>, float>(T) : b.Hot2<TOperation, float>(T);

    private static bool Unary(FunctionBuilder b, Func<float, float> function) => b.Unary(function, T, T);

    private static bool Binary(FunctionBuilder b, InstructionSyntax s, Func<float, float, float> function)
    {
        var (ftz, sat) = (s.Has("ftz"), s.Has("sat"));
        return b.Binary<float, float, float>((x, y) => After(function(Before(x, ftz), Before(y, ftz)), ftz, sat), T, T, T);
    }

    internal static float Before(float value, bool ftz) => ftz ? F32.Flush(value) : value;

    internal static float After(float value, bool ftz, bool sat)
    {
        value = ftz ? F32.Flush(value) : value;
        return sat ? F32.Saturate(value) : value;
    }
}
