using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The gradients of a linear layer <c>y = x · weightᵀ</c>: <c>dx = dy · weight</c> and <c>dweight += dyᵀ · x</c>.</summary>
public static unsafe class LinearBackward
{
    private const string Name = nameof(LinearBackward);

    /// <summary>dx (+)= dy · weight.</summary>
    /// <param name="outputGradient">dy, [T, out], float32 or float64; rows may be strided.</param>
    /// <param name="weight">[out, in], dense; of dy's type, or bf16 or f16 beside float32.</param>
    /// <param name="inputGradient">dx, [T, in], of dy's type; rows may be strided.</param>
    /// <param name="accumulate">Add to what is there instead of overwriting it.</param>
    /// <exception cref="ShapeMismatchException">A shape does not fit the others.</exception>
    /// <exception cref="DTypeMismatchException">A type is none of these.</exception>
    public static void Input(Tensor outputGradient, Tensor weight, Tensor inputGradient, bool accumulate)
    {
        var (tokens, outFeatures, inFeatures) = Sizes(outputGradient, weight);
        OperatorChecks.Activation(Name, nameof(inputGradient), inputGradient, new Shape(tokens, inFeatures), outputGradient.DType);
        if (inputGradient.Device is CudaDevice device)
        {
            LinearBackwardLaunch.Input(device, outputGradient, weight, inputGradient, accumulate);
            return;
        }

        var workers = OperatorChecks.Workers(Name, inputGradient);
        if (outputGradient.DType == DType.Float64)
        {
            OperatorChecks.Dense(Name, nameof(weight), weight, weight.Shape, DType.Float64);
            DoubleInput(outputGradient, weight, inputGradient, accumulate, workers);
            return;
        }

        if (weight.DType == DType.Float32)
        {
            Product(weight.PointerOf<float>());
            return;
        }

        if (weight.DType is not (DType.BFloat16 or DType.Float16))
        {
            Throw.DTypeMismatch(Name, nameof(weight), "f32, bf16 or f16", weight.DType.Name());
        }

        var elements = checked((int)weight.ElementCount);
        using var wide = ScratchBuffer.Rent(elements);
        TensorConvert.ToSingle(
            weight.DType, new ReadOnlySpan<byte>(weight.Pointer, checked((int)weight.DType.Bytes(elements))), new Span<float>(wide.Floats, elements));
        Product(wide.Floats);

        void Product(float* values) => Gemm.Multiply(
            false, false, tokens, inFeatures, outFeatures, outputGradient.PointerOf<float>(), Stride(outputGradient), values, inFeatures,
            inputGradient.PointerOf<float>(), Stride(inputGradient), accumulate, workers);
    }

    /// <summary>dweight += dyᵀ · x.</summary>
    /// <param name="outputGradient">dy, [T, out], float32 or float64; rows may be strided.</param>
    /// <param name="input">x, [T, in], of dy's type; rows may be strided.</param>
    /// <param name="weightGradient">[out, in], dense, of dy's type; added to.</param>
    /// <exception cref="ShapeMismatchException">A shape does not fit the others.</exception>
    /// <exception cref="DTypeMismatchException">Types differ, or are neither float32 nor float64.</exception>
    public static void Weight(Tensor outputGradient, Tensor input, Tensor weightGradient)
    {
        var (tokens, outFeatures, inFeatures) = Sizes(outputGradient, weightGradient);
        OperatorChecks.Activation(Name, nameof(input), input, new Shape(tokens, inFeatures), outputGradient.DType);
        OperatorChecks.Dense(Name, nameof(weightGradient), weightGradient, weightGradient.Shape, outputGradient.DType);
        if (weightGradient.Device is CudaDevice device)
        {
            LinearBackwardLaunch.Weight(device, outputGradient, input, weightGradient);
            return;
        }

        var workers = OperatorChecks.Workers(Name, weightGradient);
        if (outputGradient.DType == DType.Float64)
        {
            using var dense = new DenseRows(input);
            var product = new DoubleProduct
            {
                Left = outputGradient.PointerOf<double>(), RowStep = 1, TermStep = Stride(outputGradient), Terms = tokens,
                Right = dense.Pointer, Output = weightGradient.PointerOf<double>(), Width = inFeatures,
            };
            workers.For(outFeatures, ref product);
            return;
        }

        Gemm.Multiply(
            true, false, outFeatures, inFeatures, tokens, outputGradient.PointerOf<float>(), Stride(outputGradient), input.PointerOf<float>(), Stride(input),
            weightGradient.PointerOf<float>(), inFeatures, accumulate: true, workers);
    }

    private static (int Tokens, int OutFeatures, int InFeatures) Sizes(Tensor outputGradient, Tensor weight)
    {
        OperatorChecks.Activation(Name, nameof(outputGradient), outputGradient);
        OperatorChecks.Rank(Name, nameof(outputGradient), outputGradient, 2);
        ArgumentNullException.ThrowIfNull(weight);
        OperatorChecks.Rank(Name, nameof(weight), weight, 2);
        if (weight.Shape[0] != outputGradient.Shape[1] || !weight.IsContiguous)
        {
            Throw.ShapeMismatch(Name, nameof(weight), $"a dense [{outputGradient.Shape[1]}, in]", $"{weight.Shape} with strides {weight.Strides}");
        }

        return checked(((int)outputGradient.Shape[0], (int)weight.Shape[0], (int)weight.Shape[1]));
    }

    private static void DoubleInput(Tensor outputGradient, Tensor weight, Tensor inputGradient, bool accumulate, WorkerPool workers)
    {
        var (tokens, inFeatures) = ((int)outputGradient.Shape[0], (int)weight.Shape[1]);
        var stride = Stride(inputGradient);
        for (var t = 0; t < tokens && !accumulate; t++)
        {
            new Span<double>(inputGradient.PointerOf<double>() + (t * stride), inFeatures).Clear();
        }

        var product = new DoubleProduct
        {
            Left = outputGradient.PointerOf<double>(), RowStep = Stride(outputGradient), TermStep = 1, Terms = (int)weight.Shape[0],
            Right = weight.PointerOf<double>(), Output = inputGradient.PointerOf<double>(), OutputStride = stride, Width = inFeatures,
        };
        workers.For(tokens, ref product);
    }

    // A single row's stride is arbitrary; kernels ask for one that holds a row.
    private static nint Stride(Tensor rows) => (nint)Math.Max(rows.Strides[0], rows.Shape[1]);

    /// <summary>Rows without gaps between them: the tensor's own, or a copy.</summary>
    private ref struct DenseRows
    {
        private ScratchBuffer _copy;
        private readonly bool _copied;

        public DenseRows(Tensor rows)
        {
            var stride = Stride(rows);
            var (count, width) = ((int)rows.Shape[0], (int)rows.Shape[1]);
            Pointer = rows.PointerOf<double>();
            if (stride == width)
            {
                return;
            }

            _copied = true;
            _copy = ScratchBuffer.Rent(checked((nint)2 * count * width));
            var copy = (double*)_copy.Floats;
            for (var r = 0; r < count; r++)
            {
                new ReadOnlySpan<double>(Pointer + (r * stride), width).CopyTo(new Span<double>(copy + ((long)r * width), width));
            }

            Pointer = copy;
        }

        public double* Pointer { get; }

        public void Dispose()
        {
            if (_copied)
            {
                _copy.Dispose();
            }
        }
    }
}
