using System.Runtime.Intrinsics;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>The hot float32 operations: nearest even, canonical NaN; with and without <c>.ftz</c>.</summary>
internal readonly struct AddSingle : IBinaryOperation<float>
{
    public static bool HasVector => true;

    public static float Invoke(float a, float b) => F32.Canonical(a + b);

    public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => SingleVectors.Canonical(a + b);
}

internal readonly struct SubtractSingle : IBinaryOperation<float>
{
    public static bool HasVector => true;

    public static float Invoke(float a, float b) => F32.Canonical(a - b);

    public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => SingleVectors.Canonical(a - b);
}

internal readonly struct MultiplySingle : IBinaryOperation<float>
{
    public static bool HasVector => true;

    public static float Invoke(float a, float b) => F32.Canonical(a * b);

    public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => SingleVectors.Canonical(a * b);
}

internal readonly struct MultiplyAddSingle : ITernaryOperation<float>
{
    public static bool HasVector => true;

    public static float Invoke(float a, float b, float c) => F32.Canonical(MathF.FusedMultiplyAdd(a, b, c));

    public static Vector256<float> Invoke(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        SingleVectors.Canonical(Vector256.FusedMultiplyAdd(a, b, c));
}

internal readonly struct FlushedBinary<TOperation> : IBinaryOperation<float>
    where TOperation : struct, IBinaryOperation<float>
{
    public static float Invoke(float a, float b) => F32.Flush(TOperation.Invoke(F32.Flush(a), F32.Flush(b)));
}

internal readonly struct FlushedTernary<TOperation> : ITernaryOperation<float>
    where TOperation : struct, ITernaryOperation<float>
{
    public static float Invoke(float a, float b, float c) => F32.Flush(TOperation.Invoke(F32.Flush(a), F32.Flush(b), F32.Flush(c)));
}

internal readonly struct MultiplyAddDouble : ITernaryOperation<double>
{
    public static double Invoke(double a, double b, double c) => F64.Canonical(Math.FusedMultiplyAdd(a, b, c));
}

internal readonly struct CanonicalDouble<TOperation> : IBinaryOperation<double>
    where TOperation : struct, IBinaryOperation<double>
{
    public static double Invoke(double a, double b) => F64.Canonical(TOperation.Invoke(a, b));
}

/// <summary>NaN of a vector of results.</summary>
internal static class SingleVectors
{
    internal static Vector256<float> Canonical(Vector256<float> value) =>
        Vector256.ConditionalSelect(Vector256.Equals(value, value), value, Vector256.Create(0x7FFFFFFF).AsSingle());
}
