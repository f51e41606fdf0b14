namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// What a GPU thread holds at once, one float or four: a width of the CPU's functions (<see cref="ISimd{TVector}"/>), and what folds its lanes, so that a kernel is written once for
/// 4-byte and for 16-byte accesses.
/// </summary>
/// <typeparam name="TVector"><c>float</c> or <see cref="Float4"/>.</typeparam>
internal interface IDeviceSimd<TVector> : ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Sum of the lanes, the outer pairs first.</summary>
    static abstract float Sum(TVector value);

    /// <summary>Largest lane; NaN lanes are left out.</summary>
    static abstract float Max(TVector value);
}
