namespace PlamoNative.Kernels;

/// <summary>A kernel over independent items, written once for float32 vectors of any width and once plainly for float64.</summary>
internal interface ISimdKernel
{
    /// <summary>Does the items <c>[begin, end)</c> in float32.</summary>
    void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>Does the items <c>[begin, end)</c> in float64.</summary>
    void RunDouble(int begin, int end);
}
