using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>The reductions that <see cref="ReductionNode"/> differentiates.</summary>
internal enum ReductionKind
{
    /// <summary>Σ x.</summary>
    Sum,

    /// <summary>Σ x / count.</summary>
    Mean,

    /// <summary>The largest x.</summary>
    Max,

    /// <summary>ln Σ e^x.</summary>
    LogSumExp,
}

/// <summary>A reduction over axes. Sum and mean keep nothing, max and log-sum-exp keep x and the result.</summary>
internal sealed class ReductionNode : OperatorNode
{
    private readonly int[] _axes = new int[Shape.MaxRank];
    private int _axisCount;
    private ReductionKind _kind;
    private Shape _kept;
    private SavedTensor _x;
    private SavedTensor _output;
    private GradientInput _ofX;

    public override string Name => _kind switch
    {
        ReductionKind.Sum => "sum",
        ReductionKind.Mean => "mean",
        ReductionKind.Max => "max",
        _ => "log-sum-exp",
    };

    internal void Fill(ReductionKind kind, Tensor x, ReadOnlySpan<int> axes)
    {
        (_kind, _axisCount) = (kind, axes.Length);
        axes.CopyTo(_axes);
        _kept = Broadcasting.Reduced(x.Shape, axes, keepAxes: true);
        _ofX = Input(x);
        _x = kind is ReductionKind.Max or ReductionKind.LogSumExp ? Save(x) : default;
    }

    /// <summary>Keeps the recorded output, so that a later change of it in place is found.</summary>
    internal void Keep(Tensor output) => _output = _kind is ReductionKind.Max or ReductionKind.LogSumExp ? Save(output) : default;

    public override void Backward()
    {
        using var gradient = GradientAs(_kept);
        using var target = _ofX.Target(Tape, out var accumulate);
        if (_kind is ReductionKind.Sum or ReductionKind.Mean)
        {
            var count = _kind == ReductionKind.Sum ? 1 : target.ElementCount / Math.Max(1, _kept.ElementCount);
            Pointwise.Affine(gradient, 1.0 / Math.Max(1, count), 0, target, accumulate);
            return;
        }

        using var output = _output.Value.Reshape(_kept);
        if (_kind == ReductionKind.Max)
        {
            ReductionGradient.Max(gradient, _x.Value, output, _axes.AsSpan(0, _axisCount), target, accumulate);
        }
        else
        {
            ReductionGradient.LogSumExp(gradient, _x.Value, output, target, accumulate);
        }
    }
}
