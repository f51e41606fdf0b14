namespace PlamoNative.Kernels;

/// <summary>A function of two elements, for <see cref="BinaryKernel{TOperator}"/>.</summary>
internal interface IBinaryOperator
{
    /// <summary>The function in float32.</summary>
    static abstract TVector Invoke<TSimd, TVector>(TVector left, TVector right)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>The function in float64.</summary>
    static abstract double Invoke(double left, double right);
}
