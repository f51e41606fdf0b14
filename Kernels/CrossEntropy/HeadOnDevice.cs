using System.Buffers;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The head on a GPU: which tokens take part, the scratch of a block, and the launches of its stages.</summary>
internal ref struct HeadOnDevice
{
    // A block of the two-pass forms: 32 MiB of logits, enough tiles for any device.
    private const int RowsAtOnce = 1024;
    private const int MostColumns = 8192;

    // The one-pass form: 256 MiB of logits.
    private const int LogitsAtOnce = 64 << 20;
    private const int FewestRows = 64;
    private const int MostRows = 4096;

    private readonly CudaDevice _device;
    private readonly Tensor _x;
    private readonly Tensor _weight;
    private readonly DeviceArray<int> _lists;
    private readonly Tensor _logits;
    private readonly Tensor _inputs;
    private readonly Tensor _gradients;
    private readonly Tensor _places;
    private readonly int _width;
    private readonly int _columnsAtOnce;
    private readonly int _rowsAtOnce;
    private int _first;

    /// <summary>Takes checked operands.</summary>
    public HeadOnDevice(CudaDevice device, Tensor x, Tensor weight, int vocabulary, ReadOnlySpan<int> targets, bool everyToken, bool wholeVocabulary)
    {
        (_device, _x, _weight, Vocabulary, _width) = (device, x, weight, vocabulary, (int)x.Shape[1]);
        var lists = ArrayPool<int>.Shared.Rent(Math.Max(1, 2 * targets.Length));
        for (var token = 0; token < targets.Length; token++)
        {
            if (everyToken || targets[token] != LinearCrossEntropy.NoTarget)
            {
                (lists[Tokens], lists[targets.Length + Tokens]) = (token, targets[token]);
                Tokens++;
            }
        }

        Capacity = targets.Length;
        _lists = device.Upload<int>(lists.AsSpan(0, 2 * targets.Length));
        ArrayPool<int>.Shared.Return(lists);
        var most = wholeVocabulary ? Math.Clamp(LogitsAtOnce / Math.Max(1, vocabulary), FewestRows, MostRows) : RowsAtOnce;
        _rowsAtOnce = Math.Min(most, Math.Max(1, Tokens));
        _columnsAtOnce = wholeVocabulary ? Math.Max(1, vocabulary) : Math.Clamp(vocabulary, 1, MostColumns);
        _logits = Tensor.Allocate(device, new Shape(_rowsAtOnce, _columnsAtOnce), DType.Float32);
        _inputs = Tensor.Allocate(device, new Shape(_rowsAtOnce, _width), DType.Float32);
        _gradients = Tensor.Allocate(device, new Shape(_rowsAtOnce, _width), DType.Float32);
        _places = Tensor.Allocate(device, new Shape(3, _rowsAtOnce), DType.Float64);
    }

    /// <summary>Tokens that take part.</summary>
    public int Tokens { get; }

    /// <summary>V.</summary>
    public int Vocabulary { get; }

    /// <summary>Rows of the block at hand.</summary>
    public int Rows { get; private set; }

    /// <summary>Logits of a block along the vocabulary.</summary>
    public readonly int ColumnsAtOnce => _columnsAtOnce;

    private readonly int Capacity { get; }

    private readonly nint RowTokens => _lists.Address + (_first * sizeof(int));

    private readonly nint RowTargets => _lists.Address + ((Capacity + _first) * sizeof(int));

    private readonly nint Maxima => _places.Address;

    private readonly nint Sums => _places.Address + (_rowsAtOnce * sizeof(double));

    private readonly nint TargetLogits => _places.Address + (2 * _rowsAtOnce * sizeof(double));

    /// <summary>Gathers the next tokens; false where none are left.</summary>
    public bool Next()
    {
        _first += Rows;
        Rows = Math.Min(_rowsAtOnce, Tokens - _first);
        if (Rows <= 0)
        {
            return false;
        }

        _device.Kernel("HeadKernels.Gather").Launch(new GridSize(Rows))
            .View(_x).View(RowTokens, Rows).View(_inputs).Long(GemmLaunch.Stride(_x)).Int(_width).Run();
        return true;
    }

    /// <summary>The logits of the vocabulary from <paramref name="first"/> on.</summary>
    public readonly void Logits(int first)
    {
        GemmLaunch.Run(_device, new DeviceProduct
        {
            M = Rows, N = Columns(first), K = _width, A = _inputs.Address, AStride = _width, B = Part(_weight, first), BStride = _width, Format = DType.Float32,
            C = _logits.Address, CStride = _columnsAtOnce,
        });
        DeviceLaunch.KeepAlive(_inputs, _weight, _logits);
    }

    /// <summary>Maxima and sums of exponentials go on over this part.</summary>
    public readonly void AddExponentials(int first) => _device.Kernel("HeadKernels.AddExponentials").Launch(new GridSize(Rows))
        .View(_logits).View(RowTargets, Rows).View(Maxima, Rows).View(Sums, Rows).View(TargetLogits, Rows).Long(_columnsAtOnce).Int(Columns(first)).Int(first).Run();

    /// <summary>Losses and L of the rows go to their tokens.</summary>
    public readonly void Finish(Tensor losses, Tensor logs, double unit, double zLossWeight) => _device.Kernel("HeadKernels.Finish")
        .Launch(GridSize.Covering(Rows, HeadKernels.Block)).View(Maxima, Rows).View(Sums, Rows).View(TargetLogits, Rows).View(RowTokens, Rows).View(RowTargets, Rows)
        .View(losses).View(logs).Double(unit).Double(zLossWeight).Int(Rows).Run();

    /// <summary>L of the forward pass comes back into the rows.</summary>
    public readonly void Recall(Tensor logs, double unit, double zLossWeight) => _device.Kernel("HeadKernels.Recall")
        .Launch(GridSize.Covering(Rows, HeadKernels.Block)).View(logs).View(RowTokens, Rows).View(Maxima, Rows).View(Sums, Rows).Double(unit).Double(zLossWeight).Int(Rows).Run();

    /// <summary>Logits become gradients of the loss.</summary>
    public readonly void ToGradients(int first, double unit) => _device.Kernel("HeadKernels.Gradients").Launch(new GridSize(Rows))
        .View(_logits).View(RowTargets, Rows).View(Maxima, Rows).View(Sums, Rows).Long(_columnsAtOnce).Int(Columns(first)).Int(first).Float((float)unit).Run();

    /// <summary>dx (+)= dz · weight over this part, dweight += dzᵀ · x.</summary>
    public readonly void AddGradients(int first, Tensor weightGradient)
    {
        GemmLaunch.Run(_device, new DeviceProduct
        {
            M = Rows, N = _width, K = Columns(first), A = _logits.Address, AStride = _columnsAtOnce, B = Part(_weight, first), BStride = _width, ByColumns = true,
            Format = DType.Float32, C = _gradients.Address, CStride = _width, Accumulate = first > 0,
        });
        GemmLaunch.Run(_device, new DeviceProduct
        {
            M = Columns(first), N = _width, K = Rows, A = _logits.Address, AStride = _columnsAtOnce, TransposeA = true, B = _inputs.Address, BStride = _width, ByColumns = true,
            Format = DType.Float32, C = Part(weightGradient, first), CStride = _width, Accumulate = true,
        });
        DeviceLaunch.KeepAlive(_logits, _weight, _gradients);
        DeviceLaunch.KeepAlive(_inputs, weightGradient);
    }

    /// <summary>Writes dx to the tokens' rows.</summary>
    public readonly void Scatter(Tensor inputGradient) => _device.Kernel("HeadKernels.Scatter").Launch(new GridSize(Rows))
        .View(_gradients).View(RowTokens, Rows).View(inputGradient).Long(GemmLaunch.Stride(inputGradient)).Int(_width).Run();

    /// <summary>Sums over tokens that have a target, brought to the host.</summary>
    public readonly unsafe CrossEntropySums Totals(ReadOnlySpan<int> targets, Tensor losses, Tensor logs)
    {
        // The list of all tokens may hold some without a target.
        var list = ArrayPool<int>.Shared.Rent(Math.Max(1, targets.Length));
        var count = 0;
        for (var token = 0; token < targets.Length; token++)
        {
            list[count] = token;
            count += targets[token] == LinearCrossEntropy.NoTarget ? 0 : 1;
        }

        using var tokens = _device.Upload<int>(list.AsSpan(0, count));
        ArrayPool<int>.Shared.Return(list);
        if (count == 0)
        {
            return default;
        }

        using var totals = Tensor.Allocate(_device, new Shape(2), DType.Float64);
        _device.Kernel("HeadKernels.Totals").Launch(new GridSize(1)).View(losses).View(logs).View(tokens).View(totals).Int(count).Run();
        var values = stackalloc double[2];
        _device.CopyToHost(totals.Address, (byte*)values, 2 * sizeof(double));
        return new CrossEntropySums(count, values[0], values[1]);
    }

    /// <summary>Gives the scratch back.</summary>
    public readonly void Dispose()
    {
        _lists.Dispose();
        _logits.Dispose();
        _inputs.Dispose();
        _gradients.Dispose();
        _places.Dispose();
    }

    private readonly int Columns(int first) => Math.Min(_columnsAtOnce, Vocabulary - first);

    private readonly nint Part(Tensor matrix, int first) => matrix.Address + (nint)((long)first * _width * sizeof(float));
}
