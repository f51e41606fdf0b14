using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// One optimizer step of AdamW (decoupled weight decay) over many tensors, in place: <c>g = scale · gradient</c>, <c>m = β1 m + (1 - β1) g</c>,
/// <c>v = β2 v + (1 - β2) g²</c>, <c>p = p (1 - rate λ) - rate (m / (1 - β1^s)) / (√(v / (1 - β2^s)) + ε)</c>.
/// </summary>
public static partial class AdamW
{
    // A root, a division and four streams: an element costs about as much as ten additions.
    private const int CostOfElement = 10;

    /// <summary>Runs the step.</summary>
    /// <param name="parameters">What to change.</param>
    /// <param name="settings">The constants.</param>
    /// <param name="learningRate">The step's rate.</param>
    /// <param name="step">s, the step's number, from 1.</param>
    /// <param name="gradientScale">What gradients are multiplied with: the factor of clipping (<see cref="GradientNorm.ClipFactor"/>).</param>
    public static unsafe void Step(ReadOnlySpan<AdamWParameter> parameters, in AdamWSettings settings, double learningRate, long step, double gradientScale)
    {
        settings.Check();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        foreach (var parameter in parameters)
        {
            var value = parameter.Exact;
            ArgumentNullException.ThrowIfNull(value);
            if (parameter.Master is not null)
            {
                CheckRounded(parameter.Value, value);
            }

            OperatorChecks.Dense(nameof(AdamW), nameof(parameter.Value), value, value.Shape, value.DType);
            OperatorChecks.Dense(nameof(AdamW), nameof(parameter.Gradient), parameter.Gradient, value.Shape, value.DType);
            OperatorChecks.Dense(nameof(AdamW), nameof(parameter.FirstMoment), parameter.FirstMoment, value.Shape, value.DType);
            OperatorChecks.Dense(nameof(AdamW), nameof(parameter.SecondMoment), parameter.SecondMoment, value.Shape, value.DType);
        }

        if (parameters.Length > 0 && parameters[0].Exact.Device is CudaDevice device)
        {
            OnGpu(device, parameters, settings, learningRate, step, gradientScale);
            return;
        }

        foreach (var parameter in parameters)
        {
            // All devices before the first change.
            OperatorChecks.Workers(nameof(AdamW), parameter.Exact);
        }

        var firstCorrection = 1 / (1 - Power(settings.Beta1, step));
        var secondCorrection = 1 / (1 - Power(settings.Beta2, step));
        foreach (var parameter in parameters)
        {
            var value = parameter.Exact;
            var kernel = new Kernel
            {
                Value = value.Pointer, Rounded = parameter.Master is null ? null : parameter.Value.PointerOf<BFloat16>(), Gradient = parameter.Gradient.Pointer, FirstMoment = parameter.FirstMoment.Pointer,
                SecondMoment = parameter.SecondMoment.Pointer,
                Count = value.ElementCount, Scale = gradientScale, Beta1 = settings.Beta1, Beta2 = settings.Beta2, Epsilon = settings.Epsilon,
                Rate = learningRate * firstCorrection, SecondCorrection = secondCorrection, Decay = parameter.Decays ? learningRate * settings.WeightDecay : 0,
            };
            var blocks = (value.ElementCount + Kernel.BlockSize - 1) / Kernel.BlockSize;
            SimdKernelRunner.Run(
                OperatorChecks.Workers(nameof(AdamW), value), kernel, value.DType, blocks, CostOfElement * Math.Min(Kernel.BlockSize, value.ElementCount));
        }
    }

    private static void CheckRounded(Tensor value, Tensor master)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.DType != DType.BFloat16)
        {
            Throw.DTypeMismatch(nameof(AdamW), nameof(value), "bf16 beside a master", value.DType.Name());
        }

        if (master.DType != DType.Float32)
        {
            Throw.DTypeMismatch(nameof(AdamW), nameof(master), "f32", master.DType.Name());
        }

        if (value.Shape != master.Shape || !value.IsContiguous)
        {
            Throw.ShapeMismatch(nameof(AdamW), nameof(value), $"dense {master.Shape}", $"{value.Shape} with strides {value.Strides}");
        }
    }

    /// <summary>value^exponent by squaring: the platform's power function may round otherwise elsewhere.</summary>
    private static double Power(double value, long exponent)
    {
        var result = 1.0;
        for (; exponent > 0; exponent >>= 1)
        {
            result = (exponent & 1) != 0 ? result * value : result;
            value *= value;
        }

        return result;
    }

    /// <summary>An item is a block of elements; no element depends on another. Twin: <c>AdamWReference</c>.</summary>
    private unsafe struct Kernel : ISimdKernel
    {
        public const int BlockSize = 4096;

        public byte* Value;
        public BFloat16* Rounded;
        public byte* Gradient;
        public byte* FirstMoment;
        public byte* SecondMoment;
        public long Count;
        public double Scale;
        public double Beta1;
        public double Beta2;
        public double Epsilon;
        public double Rate;
        public double SecondCorrection;
        public double Decay;

        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            // Block by block, so that what is rounded is still in the first cache.
            for (var block = begin; block < end; block++)
            {
                Block<TSimd, TVector>((long)block * BlockSize, Math.Min((block + 1L) * BlockSize, Count));
            }
        }

        private readonly void Block<TSimd, TVector>(long first, long last)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var whole = first + ((last - first) & -TSimd.Count);
            Elements<TSimd, TVector>(first, whole);
            Elements<SimdScalar, float>(whole, last);
            if (Rounded != null)
            {
                var count = checked((int)(last - first));
                TensorConvert.FromSingle(new ReadOnlySpan<float>((float*)Value + first, count), new Span<BFloat16>(Rounded + first, count));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            var (value, gradient, first, second) = ((nint)Value, (nint)Gradient, (nint)FirstMoment, (nint)SecondMoment);
            var last = Math.Min((long)end * BlockSize, Count);
            for (var i = (long)begin * BlockSize; i < last; i++)
            {
                ref var p = ref ((double*)value)[i];
                ref var m = ref ((double*)first)[i];
                ref var v = ref ((double*)second)[i];
                var g = ((double*)gradient)[i] * Scale;
                m = Math.FusedMultiplyAdd(Beta1, m, (1 - Beta1) * g);
                v = Math.FusedMultiplyAdd(Beta2, v, (1 - Beta2) * g * g);
                p -= Math.FusedMultiplyAdd(p, Decay, Rate * m / (Math.Sqrt(v * SecondCorrection) + Epsilon));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Elements<TSimd, TVector>(long begin, long end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var (scale, epsilon) = (TSimd.Create((float)Scale), TSimd.Create((float)Epsilon));
            var (beta1, rest1) = (TSimd.Create((float)Beta1), TSimd.Create((float)(1 - Beta1)));
            var (beta2, rest2) = (TSimd.Create((float)Beta2), TSimd.Create((float)(1 - Beta2)));
            var (rate, correction, decay) = (TSimd.Create((float)Rate), TSimd.Create((float)SecondCorrection), TSimd.Create((float)Decay));
            for (var i = begin; i < end; i += TSimd.Count)
            {
                var g = TSimd.Multiply(TSimd.Load((float*)Gradient + i), scale);
                var m = TSimd.Fma(beta1, TSimd.Load((float*)FirstMoment + i), TSimd.Multiply(rest1, g));
                var v = TSimd.Fma(beta2, TSimd.Load((float*)SecondMoment + i), TSimd.Multiply(TSimd.Multiply(rest2, g), g));
                TSimd.Store(m, (float*)FirstMoment + i);
                TSimd.Store(v, (float*)SecondMoment + i);
                var root = TSimd.Add(TSimd.Sqrt(TSimd.Multiply(v, correction)), epsilon);

                // The whole change is small before it meets p: 1 - rate · decay, rounded to float32, would lose most of a decay's digits.
                var p = TSimd.Load((float*)Value + i);
                var change = TSimd.Fma(p, decay, TSimd.Divide(TSimd.Multiply(rate, m), root));
                TSimd.Store(TSimd.Subtract(p, change), (float*)Value + i);
            }
        }
    }
}
