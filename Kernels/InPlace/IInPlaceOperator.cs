namespace PlamoNative.Kernels;

/// <summary>A function of an element, another tensor's element and a number, for <see cref="InPlaceKernel{TOperator}"/>.</summary>
internal interface IInPlaceOperator
{
    /// <summary>The function in float32.</summary>
    static abstract TVector Invoke<TSimd, TVector>(TVector target, TVector source, TVector factor)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>The function in float64.</summary>
    static abstract double Invoke(double target, double source, double factor);
}
