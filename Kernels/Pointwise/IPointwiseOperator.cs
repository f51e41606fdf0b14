namespace PlamoNative.Kernels;

/// <summary>A function of one to three elements, for <see cref="PointwiseKernel{TOperator}"/>; the arguments past <see cref="Inputs"/> are not looked at.</summary>
internal interface IPointwiseOperator
{
    /// <summary>Arguments that count: 1 to 3.</summary>
    static abstract int Inputs { get; }

    /// <summary>What an element costs, in additions; it decides only how the work is split.</summary>
    static virtual int Cost => 1;

    /// <summary>The function in float32.</summary>
    TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>The function in float64.</summary>
    double Invoke(double x, double y, double z);
}
