using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>target += source, or target = source, element by element, whatever the strides of either: how gradients of views come together.</summary>
public static unsafe class Accumulate
{
    /// <summary>Runs the operator.</summary>
    /// <param name="source">float32 or float64.</param>
    /// <param name="target">Of the source's shape and type; no element twice.</param>
    /// <param name="add">Add to what is there; else overwrite it.</param>
    /// <exception cref="ShapeMismatchException">Shapes differ.</exception>
    /// <exception cref="DTypeMismatchException">Types differ, or are neither float32 nor float64.</exception>
    public static void Run(Tensor source, Tensor target, bool add)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        if (source.Shape != target.Shape)
        {
            Throw.ShapeMismatch(nameof(Accumulate), nameof(source), target.Shape.ToString(), source.Shape.ToString());
        }

        if (source.DType != target.DType || source.DType is not (DType.Float32 or DType.Float64))
        {
            Throw.DTypeMismatch(nameof(Accumulate), nameof(source), target.DType.Name(), source.DType.Name());
        }

        if (source.ElementCount == 0)
        {
            return;
        }

        if (HasPlainRows(source) && HasPlainRows(target))
        {
            if (add)
            {
                Rows<Sum>(source, target);
            }
            else
            {
                Rows<Second>(source, target);
            }
        }
        else if (source.DType == DType.Float32)
        {
            Elements(source.PointerOf<float>(), source.Strides.Span, target.PointerOf<float>(), target.Strides.Span, source.Shape.Span, add);
        }
        else
        {
            Elements(source.PointerOf<double>(), source.Strides.Span, target.PointerOf<double>(), target.Strides.Span, source.Shape.Span, add);
        }
    }

    private static bool HasPlainRows(Tensor tensor)
    {
        if (tensor.IsContiguous)
        {
            return tensor.Shape.Rank > 0;
        }

        return tensor.Shape.Rank is 2 or 3 && (tensor.Strides[^1] == 1 || tensor.Shape[^1] == 1);
    }

    private static void Rows<TOperator>(Tensor source, Tensor target)
        where TOperator : struct, IBinaryOperator
    {
        var flat = source.IsContiguous && target.IsContiguous;
        var kernel = new BinaryKernel<TOperator>
        {
            Left = flat ? RowView.Flat(target) : new RowView(target),
            Right = flat ? RowView.Flat(source) : new RowView(source),
            Output = flat ? RowView.Flat(target) : new RowView(target),
        };
        SimdKernelRunner.Run(
            OperatorChecks.Workers(nameof(Accumulate), target), kernel, source.DType, kernel.Output.Rows * kernel.Blocks,
            Math.Min(BinaryKernel<TOperator>.BlockSize, kernel.Output.Width));
    }

    private static void Elements<T>(T* source, ReadOnlySpan<long> sourceStrides, T* target, ReadOnlySpan<long> targetStrides, ReadOnlySpan<long> sizes, bool add)
        where T : unmanaged, System.Numerics.IAdditionOperators<T, T, T>
    {
        if (sizes.IsEmpty)
        {
            *target = add ? *target + *source : *source;
            return;
        }

        for (var i = 0L; i < sizes[0]; i++)
        {
            Elements(
                source + (i * sourceStrides[0]), sourceStrides[1..], target + (i * targetStrides[0]), targetStrides[1..], sizes[1..], add);
        }
    }

    private readonly struct Sum : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static double Invoke(double left, double right) => left + right;
    }

    private readonly struct Second : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => right;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static double Invoke(double left, double right) => right;
    }
}
