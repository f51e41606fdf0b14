using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>A linear layer's weight, or an embedding's table, that lies in one dense tensor: float or block-quantised, used in place as it is stored.</summary>
public sealed unsafe class TensorWeight : LinearWeight
{
    private const string Operation = nameof(DirectOperators.Linear);
    private readonly Tensor _values;

    /// <summary>Takes over a tensor.</summary>
    /// <param name="values">[OutFeatures, InFeatures], dense: f64, f32, f16, bf16, q8_0, q4_0, q4_k, q5_k or q6_k. Disposed with this weight.</param>
    /// <exception cref="ShapeMismatchException">The tensor is not a dense matrix.</exception>
    /// <exception cref="DTypeMismatchException">The type is an integer.</exception>
    public TensorWeight(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Shape.Rank != 2 || !values.IsContiguous)
        {
            Throw.ShapeMismatch(nameof(TensorWeight), nameof(values), "a dense [OutFeatures, InFeatures]", $"{values.Shape} with strides {values.Strides}");
        }

        if (!values.DType.IsFloatingPoint() && !values.DType.IsBlockQuantized())
        {
            Throw.DTypeMismatch(nameof(TensorWeight), nameof(values), "a float or block type", values.DType.Name());
        }

        _values = values;
        OutFeatures = checked((int)values.Shape[0]);
        InFeatures = checked((int)values.Shape[1]);
    }

    /// <summary>The stored values.</summary>
    public Tensor Values => _values;

    /// <inheritdoc/>
    public override int OutFeatures { get; }

    /// <inheritdoc/>
    public override int InFeatures { get; }

    /// <inheritdoc/>
    public override DType DType => _values.DType;

    /// <inheritdoc/>
    public override long ByteLength => DType.Bytes(_values.ElementCount);

    /// <inheritdoc/>
    /// <remarks>float64 weights need float64 input; float64 input takes every storage, widened exactly. Storages without an int8 product stay exact in that mode, and so does a GPU.</remarks>
    public override void Multiply(Tensor input, Tensor output, ActivationMode activations)
    {
        OperatorChecks.Activation(Operation, nameof(input), input);
        OperatorChecks.Rank(Operation, nameof(input), input, 2);
        var tokens = checked((int)input.Shape[0]);
        OperatorChecks.Activation(Operation, nameof(input), input, new Shape(tokens, InFeatures), input.DType);
        OperatorChecks.Dense(Operation, nameof(output), output, new Shape(tokens, OutFeatures), input.DType);
        if (output.Device is CudaDevice device)
        {
            // Activations stay exact in every mode: tensor cores on int8 would save little beside what a GPU reads for them.
            DeviceLaunch.Single(Operation, input);
            DeviceLaunch.Same(Operation, nameof(input), input, device);
            DeviceLaunch.Same(Operation, "weight", _values, device);
            SingleWeight(input);
            GemmLaunch.Linear(device, input, _values, output, accumulate: false);
            return;
        }

        var workers = OperatorChecks.Workers(Operation, output);
        if (input.DType == DType.Float64)
        {
            DoubleLinear.Forward((double*)input.Pointer, Stride(input), tokens, InFeatures, _values, OutFeatures, (double*)output.Pointer, workers);
            return;
        }

        SingleWeight(input);
        var x = (float*)input.Pointer;
        var y = (float*)output.Pointer;
        if (activations == ActivationMode.Int8 && Int8ActivationGemm.IsSupported(DType))
        {
            Int8ActivationGemm.Linear(x, Stride(input), tokens, InFeatures, _values.Pointer, DType, OutFeatures, y, OutFeatures, accumulate: false, workers);
            return;
        }

        Gemm.Linear(x, Stride(input), tokens, InFeatures, _values.Pointer, DType, OutFeatures, y, OutFeatures, accumulate: false, workers);
    }

    /// <inheritdoc/>
    public override void Gather(ReadOnlySpan<int> rows, Tensor output)
    {
        OperatorChecks.Rows(nameof(rows), rows, OutFeatures);
        OperatorChecks.Activation(nameof(Gather), nameof(output), output);
        OperatorChecks.Dense(nameof(Gather), nameof(output), output, new Shape(rows.Length, InFeatures), output.DType);
        if (DType == DType.Float64 && output.DType != DType.Float64)
        {
            Throw.DTypeMismatch(nameof(Gather), nameof(output), "f64 for f64 rows", output.DType.Name());
        }

        if (output.Device is CudaDevice device)
        {
            DeviceLaunch.Single(nameof(Gather), output);
            DeviceLaunch.Same(nameof(Gather), "the table", _values, device);
            GatherLaunch.Run(device, _values, InFeatures, rows, output);
            return;
        }

        var workers = OperatorChecks.Workers(nameof(Gather), output);
        fixed (int* row = rows)
        {
            var kernel = new RowGather
            {
                Rows = row, Source = _values.Pointer, RowBytes = DType.Bytes(InFeatures), DType = DType, Width = InFeatures, Output = output.Pointer,
                IsDouble = output.DType == DType.Float64,
            };
            workers.For(rows.Length, ref kernel, Math.Max(1, SimdKernelRunner.ElementsWorthAThread / Math.Max(1, InFeatures)));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _values.Dispose();
        }
    }

    private void SingleWeight(Tensor input)
    {
        if (DType == DType.Float64)
        {
            Throw.DTypeMismatch(Operation, nameof(input), "f64 for f64 weights", input.DType.Name());
        }
    }

    // A single row's stride is arbitrary; kernels ask for one that holds a row.
    private static nint Stride(Tensor input) => (nint)Math.Max(input.Strides[0], input.Shape[1]);
}
