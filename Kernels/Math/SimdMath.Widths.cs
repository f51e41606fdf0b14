using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

internal static partial class SimdMath
{
    /// <inheritdoc cref="Exp{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => Exp<SimdScalar, float>(x);

    /// <inheritdoc cref="Exp{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp(Vector128<float> x) => Exp<Simd128, Vector128<float>>(x);

    /// <inheritdoc cref="Exp{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x) => Exp<Simd256, Vector256<float>>(x);

    /// <inheritdoc cref="Exp{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x) => Exp<Simd512, Vector512<float>>(x);

    /// <inheritdoc cref="Log{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x) => Log<SimdScalar, float>(x);

    /// <inheritdoc cref="Log{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Log(Vector128<float> x) => Log<Simd128, Vector128<float>>(x);

    /// <inheritdoc cref="Log{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Log(Vector256<float> x) => Log<Simd256, Vector256<float>>(x);

    /// <inheritdoc cref="Log{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x) => Log<Simd512, Vector512<float>>(x);

    /// <inheritdoc cref="Softplus{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Softplus(float x) => Softplus<SimdScalar, float>(x);

    /// <inheritdoc cref="Softplus{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Softplus(Vector128<float> x) => Softplus<Simd128, Vector128<float>>(x);

    /// <inheritdoc cref="Softplus{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Softplus(Vector256<float> x) => Softplus<Simd256, Vector256<float>>(x);

    /// <inheritdoc cref="Softplus{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Softplus(Vector512<float> x) => Softplus<Simd512, Vector512<float>>(x);

    /// <inheritdoc cref="Sigmoid{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sigmoid(float x) => Sigmoid<SimdScalar, float>(x);

    /// <inheritdoc cref="Sigmoid{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sigmoid(Vector128<float> x) => Sigmoid<Simd128, Vector128<float>>(x);

    /// <inheritdoc cref="Sigmoid{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> x) => Sigmoid<Simd256, Vector256<float>>(x);

    /// <inheritdoc cref="Sigmoid{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) => Sigmoid<Simd512, Vector512<float>>(x);

    /// <inheritdoc cref="Silu{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Silu(float x) => Silu<SimdScalar, float>(x);

    /// <inheritdoc cref="Silu{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Silu(Vector128<float> x) => Silu<Simd128, Vector128<float>>(x);

    /// <inheritdoc cref="Silu{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Silu(Vector256<float> x) => Silu<Simd256, Vector256<float>>(x);

    /// <inheritdoc cref="Silu{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Silu(Vector512<float> x) => Silu<Simd512, Vector512<float>>(x);

    /// <inheritdoc cref="Tanh{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float x) => Tanh<SimdScalar, float>(x);

    /// <inheritdoc cref="Tanh{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Tanh(Vector128<float> x) => Tanh<Simd128, Vector128<float>>(x);

    /// <inheritdoc cref="Tanh{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x) => Tanh<Simd256, Vector256<float>>(x);

    /// <inheritdoc cref="Tanh{TSimd, TVector}(TVector)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x) => Tanh<Simd512, Vector512<float>>(x);
}
