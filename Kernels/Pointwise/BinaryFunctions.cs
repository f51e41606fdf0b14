using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>The functions of two elements.</summary>
internal static class BinaryFunctions
{
    /// <summary>left + right.</summary>
    internal readonly struct Add : IBinaryFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Left<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => gradient;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Right<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => gradient;

        public static double Value(double left, double right) => left + right;

        public static double Left(double gradient, double left, double right) => gradient;

        public static double Right(double gradient, double left, double right) => gradient;
    }

    /// <summary>left - right.</summary>
    internal readonly struct Subtract : IBinaryFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Subtract(left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Left<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => gradient;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Right<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Subtract(TSimd.Create(0f), gradient);

        public static double Value(double left, double right) => left - right;

        public static double Left(double gradient, double left, double right) => gradient;

        public static double Right(double gradient, double left, double right) => -gradient;
    }

    /// <summary>left · right.</summary>
    internal readonly struct Multiply : IBinaryFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Left<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(gradient, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Right<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(gradient, left);

        public static double Value(double left, double right) => left * right;

        public static double Left(double gradient, double left, double right) => gradient * right;

        public static double Right(double gradient, double left, double right) => gradient * left;
    }

    /// <summary>left / right.</summary>
    internal readonly struct Divide : IBinaryFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Divide(left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Left<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Divide(gradient, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Right<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(TSimd.Divide(TSimd.Subtract(TSimd.Create(0f), gradient), right), TSimd.Divide(left, right));

        public static double Value(double left, double right) => left / right;

        public static double Left(double gradient, double left, double right) => gradient / right;

        public static double Right(double gradient, double left, double right) => -gradient / right * (left / right);
    }

    /// <summary>The larger; of equal ones left gets the gradient, and a NaN wins.</summary>
    internal readonly struct Maximum : IBinaryFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfNaN(left, TSimd.IfGreater(left, right, left, TSimd.IfNaN(right, TSimd.IfGreater(right, left, right, left))));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Left<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfGreater(right, left, TSimd.Create(0f), gradient);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Right<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfGreater(right, left, gradient, TSimd.Create(0f));

        public static double Value(double left, double right) => left > right || double.IsNaN(left) ? left : right > left || double.IsNaN(right) ? right : left;

        public static double Left(double gradient, double left, double right) => right > left ? 0 : gradient;

        public static double Right(double gradient, double left, double right) => right > left ? gradient : 0;
    }

    /// <summary>The smaller; of equal ones left gets the gradient, and a NaN wins.</summary>
    internal readonly struct Minimum : IBinaryFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfNaN(left, TSimd.IfGreater(right, left, left, TSimd.IfNaN(right, TSimd.IfGreater(left, right, right, left))));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Left<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfGreater(left, right, TSimd.Create(0f), gradient);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Right<TSimd, TVector>(TVector gradient, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfGreater(left, right, gradient, TSimd.Create(0f));

        public static double Value(double left, double right) => right > left || double.IsNaN(left) ? left : left > right || double.IsNaN(right) ? right : left;

        public static double Left(double gradient, double left, double right) => left > right ? 0 : gradient;

        public static double Right(double gradient, double left, double right) => left > right ? gradient : 0;
    }
}
