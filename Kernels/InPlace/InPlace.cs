using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>What gradients and parameters need done to them where they lie; float32 or float64, rows dense, outer axes strided as they like.</summary>
public static class InPlace
{
    /// <summary>target += source.</summary>
    /// <param name="target">Any shape; changed.</param>
    /// <param name="source">Of the target's shape and type; may be the target.</param>
    public static void Accumulate(Tensor target, Tensor source) => InPlaceKernel<AddOperator>.Run(nameof(Accumulate), target, source, 0);

    /// <summary>target *= factor.</summary>
    /// <param name="target">Any shape; changed.</param>
    /// <param name="factor">Rounded to the target's type first.</param>
    public static void Scale(Tensor target, double factor) => InPlaceKernel<ScaleOperator>.Run(nameof(Scale), target, target, factor);

    /// <summary>target = value.</summary>
    /// <param name="target">Any shape; overwritten, whatever it held.</param>
    /// <param name="value">Rounded to the target's type.</param>
    public static void Fill(Tensor target, double value) => InPlaceKernel<FillOperator>.Run(nameof(Fill), target, target, value);

    private readonly struct AddOperator : IInPlaceOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector target, TVector source, TVector factor)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(target, source);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static double Invoke(double target, double source, double factor) => target + source;
    }

    private readonly struct ScaleOperator : IInPlaceOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector target, TVector source, TVector factor)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(target, factor);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static double Invoke(double target, double source, double factor) => target * factor;
    }

    private readonly struct FillOperator : IInPlaceOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector target, TVector source, TVector factor)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => factor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static double Invoke(double target, double source, double factor) => factor;
    }
}
