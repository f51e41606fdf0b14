using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>Operators that hold constants, and copying and choosing.</summary>
internal static class ConstantOperators
{
    /// <summary>x, with its bits.</summary>
    internal readonly struct Identity : IPointwiseOperator
    {
        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => x;

        public double Invoke(double x, double y, double z) => x;
    }

    /// <summary>A constant, whatever x is.</summary>
    internal readonly struct Constant(double value) : IPointwiseOperator
    {
        private readonly float _value = (float)value;
        private readonly double _exactValue = value;

        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Create(_value);

        public double Invoke(double x, double y, double z) => _exactValue;
    }

    /// <summary>x times a constant.</summary>
    internal readonly struct Scale(double scale) : IPointwiseOperator
    {
        private readonly float _scale = (float)scale;
        private readonly double _exactScale = scale;

        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(x, TSimd.Create(_scale));

        public double Invoke(double x, double y, double z) => x * _exactScale;
    }

    /// <summary>x times a constant plus a constant, rounded once.</summary>
    internal readonly struct Affine(double scale, double shift) : IPointwiseOperator
    {
        private readonly (float Scale, float Shift) _single = ((float)scale, (float)shift);
        private readonly (double Scale, double Shift) _double = (scale, shift);

        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Fma(x, TSimd.Create(_single.Scale), TSimd.Create(_single.Shift));

        public double Invoke(double x, double y, double z) => Math.FusedMultiplyAdd(x, _double.Scale, _double.Shift);
    }

    /// <summary>y where x is not 0, z elsewhere (a NaN counts as 0).</summary>
    internal readonly struct Select : IPointwiseOperator
    {
        public static int Inputs => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfGreater(TSimd.Abs(x), TSimd.Create(0f), y, z);

        public double Invoke(double x, double y, double z) => Math.Abs(x) > 0 ? y : z;
    }

    /// <summary>y where x is not 0 (or where it is, for the other choice), 0 elsewhere.</summary>
    internal readonly struct SelectGradient(bool chosen) : IPointwiseOperator
    {
        private readonly bool _chosen = chosen;

        public static int Inputs => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => _chosen ? TSimd.IfGreater(TSimd.Abs(x), TSimd.Create(0f), y, TSimd.Create(0f)) : TSimd.IfGreater(TSimd.Abs(x), TSimd.Create(0f), TSimd.Create(0f), y);

        public double Invoke(double x, double y, double z) => Math.Abs(x) > 0 == _chosen ? y : 0;
    }

    /// <summary>x to a constant power; float32 goes through float64, lane by lane, but for the square.</summary>
    internal readonly struct Power(double exponent) : IPointwiseOperator
    {
        private readonly double _exponent = exponent;

        public static int Inputs => 1;

        public static int Cost => 16;

        public unsafe TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            if (_exponent == 2)
            {
                return TSimd.Multiply(x, x);
            }

            var lanes = (float*)&x;
            for (var i = 0; i < TSimd.Count; i++)
            {
                lanes[i] = (float)DoubleFunctions.Power(lanes[i], _exponent);
            }

            return x;
        }

        public double Invoke(double x, double y, double z) => DoubleFunctions.Power(x, _exponent);
    }

    /// <summary>dx = dy p x^(p-1), from dy and x.</summary>
    internal readonly struct PowerGradient(double exponent) : IPointwiseOperator
    {
        private readonly double _exponent = exponent;

        public static int Inputs => 2;

        public static int Cost => 16;

        public unsafe TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            if (_exponent == 2)
            {
                return TSimd.Multiply(x, TSimd.Add(y, y));
            }

            var lanes = (float*)&x;
            var bases = (float*)&y;
            for (var i = 0; i < TSimd.Count; i++)
            {
                lanes[i] = (float)Invoke(lanes[i], bases[i], 0.0);
            }

            return x;
        }

        public double Invoke(double x, double y, double z) => x * (_exponent * DoubleFunctions.Power(y, _exponent - 1));
    }
}
