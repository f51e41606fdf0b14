using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Some tokens of a head, gathered, and the logits of a part of the vocabulary for them.</summary>
internal unsafe struct HeadBlock
{
    private readonly HeadProblem _problem;
    private readonly RowView _x;
    private readonly byte* _weight;
    private readonly WorkerPool _workers;

    /// <summary>A block without memory yet.</summary>
    public HeadBlock(in HeadProblem problem, in RowView x, byte* weight, WorkerPool workers)
    {
        _problem = problem;
        _x = x;
        _weight = weight;
        _workers = workers;
    }

    /// <summary>Logits, then their gradients: a row a token, row stride <see cref="HeadProblem.BlockColumns"/>.</summary>
    public byte* LogitRows { get; init; }

    /// <summary>x of the block's tokens, [rows, D], dense.</summary>
    public byte* Inputs { get; init; }

    /// <summary>dx of the block's tokens, [rows, D], dense.</summary>
    public byte* InputGradients { get; init; }

    /// <summary>A row's largest logit so far; in the backward pass L.</summary>
    public double* Maxima { get; init; }

    /// <summary>A row's Σ exp(z - maximum) so far; in the backward pass the factor of its softmax.</summary>
    public double* Sums { get; init; }

    /// <summary>The logit of a row's target.</summary>
    public double* TargetLogits { get; init; }

    /// <summary>Which token a row is.</summary>
    public int* Tokens { get; init; }

    /// <summary>A row's target, or none.</summary>
    public int* Targets { get; init; }

    /// <summary>Rows in use.</summary>
    public int Rows { get; private set; }

    private readonly long RowBytes => _problem.DType.Bytes(_problem.Width);

    /// <summary>Takes the next tokens, all or those that have a target; none are left when <see cref="Rows"/> is 0.</summary>
    /// <returns>The token to go on from.</returns>
    public int Gather(ReadOnlySpan<int> targets, int next, bool everyToken)
    {
        Rows = 0;
        var bytes = RowBytes;
        for (; next < targets.Length && Rows < _problem.BlockRows; next++)
        {
            if (everyToken || targets[next] != LinearCrossEntropy.NoTarget)
            {
                Tokens[Rows] = next;
                Targets[Rows] = targets[next];
                Buffer.MemoryCopy(_x.Row(next), Inputs + (Rows * bytes), bytes, bytes);
                Rows++;
            }
        }

        return next;
    }

    /// <summary>Before the first part of the vocabulary: no maximum, no sum, no gradient.</summary>
    public readonly void BeginRows()
    {
        new Span<double>(Maxima, Rows).Fill(double.NegativeInfinity);
        new Span<double>(Sums, Rows).Clear();
        new Span<double>(TargetLogits, Rows).Clear();
        new Span<byte>(InputGradients, checked((int)(Rows * RowBytes))).Clear();
    }

    /// <summary>The logits of the vocabulary from <paramref name="first"/> on.</summary>
    public readonly void Logits(int first)
    {
        var (width, stride) = (_problem.Width, _problem.BlockColumns);
        var part = _weight + (first * RowBytes);
        if (_problem.DType == DType.Float64)
        {
            DoubleGemm.Linear((double*)Inputs, width, Rows, width, (double*)part, width, Columns(first), (double*)LogitRows, stride, accumulate: false, _workers);
        }
        else
        {
            Gemm.Linear((float*)Inputs, width, Rows, width, part, DType.Float32, Columns(first), (float*)LogitRows, stride, accumulate: false, _workers);
        }
    }

    /// <summary>Maxima and sums of exponentials go on over this part; a target that lies in it leaves its logit.</summary>
    public readonly void AddExponentials(int first)
    {
        var kernel = new ExponentialSums
        {
            Logits = LogitRows, Stride = _problem.BlockColumns, Columns = Columns(first), First = first, Maxima = Maxima, Sums = Sums,
            TargetLogits = TargetLogits, Targets = Targets,
        };
        SimdKernelRunner.Run(_workers, kernel, _problem.DType, Rows, 8L * kernel.Columns);
    }

    /// <summary>Logits become gradients of the loss: softmax times the row's factor, less <paramref name="unit"/> at the target.</summary>
    public readonly void ToGradients(int first, double unit)
    {
        var kernel = new LogitGradients
        {
            Logits = LogitRows, Stride = _problem.BlockColumns, Columns = Columns(first), First = first, LogSumExps = Maxima, Factors = Sums, Targets = Targets,
            Unit = unit,
        };
        SimdKernelRunner.Run(_workers, kernel, _problem.DType, Rows, 8L * kernel.Columns);
    }

    /// <summary>
    /// Of blocks that hold the whole vocabulary: logits become gradients of the loss as in <see cref="ToGradients"/>, and <see cref="Maxima"/> become L.
    /// </summary>
    public readonly void ToGradientsAtOnce(double unit, double zLossWeight)
    {
        var kernel = new SoftmaxGradients
        {
            Logits = LogitRows, Columns = _problem.Vocabulary, LogSumExps = Maxima, TargetLogits = TargetLogits, Targets = Targets, Unit = unit,
            ZLossWeight = zLossWeight,
        };
        SimdKernelRunner.Run(_workers, kernel, _problem.DType, Rows, 10L * kernel.Columns);
    }

    /// <summary>dx += dz · weight, over this part.</summary>
    public readonly void AddToInputGradient(int first)
    {
        var (width, stride, columns) = (_problem.Width, _problem.BlockColumns, Columns(first));
        var part = _weight + (first * RowBytes);
        if (_problem.DType == DType.Float64)
        {
            var product = new DoubleProduct
            {
                Left = (double*)LogitRows, RowStep = stride, TermStep = 1, Terms = columns, Right = (double*)part, Output = (double*)InputGradients, Width = width,
            };
            _workers.For(Rows, ref product);
        }
        else
        {
            Gemm.Multiply(
                false, false, Rows, width, columns, (float*)LogitRows, stride, (float*)part, width, (float*)InputGradients, width, accumulate: true, _workers);
        }
    }

    /// <summary>dweight += dzᵀ · x, for the rows of this part.</summary>
    public readonly void AddToWeightGradient(int first, byte* gradient)
    {
        var (width, stride, columns) = (_problem.Width, _problem.BlockColumns, Columns(first));
        var part = gradient + (first * RowBytes);
        if (_problem.DType == DType.Float64)
        {
            var product = new DoubleProduct
            {
                Left = (double*)LogitRows, RowStep = 1, TermStep = stride, Terms = Rows, Right = (double*)Inputs, Output = (double*)part, Width = width,
            };
            _workers.For(columns, ref product);
        }
        else
        {
            Gemm.Multiply(true, false, columns, width, Rows, (float*)LogitRows, stride, (float*)Inputs, width, (float*)part, width, accumulate: true, _workers);
        }
    }

    /// <summary>Writes dx to the tokens' rows.</summary>
    public readonly void Scatter(in RowView rows)
    {
        var bytes = RowBytes;
        for (var row = 0; row < Rows; row++)
        {
            Buffer.MemoryCopy(InputGradients + (row * bytes), rows.Row(Tokens[row]), bytes, bytes);
        }
    }

    private readonly int Columns(int first) => Math.Min(_problem.BlockColumns, _problem.Vocabulary - first);
}
