namespace PlamoNative.Kernels;

/// <summary>
/// The float32 operations that a kernel may use, over vectors of one width. A kernel is written once, generic in the width; the JIT specialises it for 512, 256
/// and 128 bits and for single floats. Every operation is correctly rounded or exact, so a lane's value does not depend on the width.
/// </summary>
/// <typeparam name="TVector">The vector: <c>Vector512&lt;float&gt;</c> … or <c>float</c>.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>The same value in all lanes.</summary>
    static abstract TVector Create(float value);

    /// <summary>Reads <see cref="Count"/> floats, unaligned.</summary>
    static abstract TVector Load(float* source);

    /// <summary>Writes <see cref="Count"/> floats, unaligned.</summary>
    static abstract void Store(TVector value, float* destination);

    /// <summary>left + right.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>left - right.</summary>
    static abstract TVector Subtract(TVector left, TVector right);

    /// <summary>left · right.</summary>
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>left / right.</summary>
    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>left · right + addend, rounded once (in software where the processor has no such instruction).</summary>
    static abstract TVector Fma(TVector left, TVector right, TVector addend);

    /// <summary>√value, correctly rounded.</summary>
    static abstract TVector Sqrt(TVector value);

    /// <summary>|value|.</summary>
    static abstract TVector Abs(TVector value);

    /// <summary>left > right ? yes : no; a NaN compares false.</summary>
    static abstract TVector IfGreater(TVector left, TVector right, TVector yes, TVector no);

    /// <summary>The value where it is NaN, <paramref name="otherwise"/> elsewhere.</summary>
    static abstract TVector IfNaN(TVector value, TVector otherwise);

    /// <summary>value · 2^n for n in [-252, 254], given as the float <c>shifted</c> = <see cref="SimdMath.RoundingShift"/> + n; subnormal results are rounded once.</summary>
    static abstract TVector Scale(TVector value, TVector shifted);

    /// <summary>Splits a positive normal value into m · 2^exponent with m in [√½, √2) and returns m.</summary>
    static abstract TVector Split(TVector value, out TVector exponent);
}
