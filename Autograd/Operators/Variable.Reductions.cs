using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <content>
/// Reductions over axes: none named means all, negative ones count from the innermost (-1). The reduced axes go, or stay with size 1. Orders of summation depend on
/// shape and axes alone (Kernels/Reductions/README.md).
/// </content>
public sealed partial class Variable
{
    /// <summary>Σ x.</summary>
    public Variable Sum(ReadOnlySpan<int> axes = default, bool keepAxes = false) => Reduce(ReductionKind.Sum, axes, keepAxes);

    /// <summary>The mean of x; NaN of no elements.</summary>
    public Variable Mean(ReadOnlySpan<int> axes = default, bool keepAxes = false) => Reduce(ReductionKind.Mean, axes, keepAxes);

    /// <summary>The largest x, NaN if one is, -infinity of no elements; of equal ones the first in row-major order gets the gradient.</summary>
    public Variable Max(ReadOnlySpan<int> axes = default, bool keepAxes = false) => Reduce(ReductionKind.Max, axes, keepAxes);

    /// <summary>ln Σ e^x without overflow; -infinity of no elements.</summary>
    public Variable LogSumExp(ReadOnlySpan<int> axes = default, bool keepAxes = false) => Reduce(ReductionKind.LogSumExp, axes, keepAxes);

    private Variable Reduce(ReductionKind kind, ReadOnlySpan<int> named, bool keepAxes)
    {
        var axes = Broadcasting.Axes(Shape, named, stackalloc int[Shape.MaxRank]);
        var output = Tape.Values.Allocate(Broadcasting.Reduced(Shape, axes, keepAxes), DType);
        switch (kind)
        {
            case ReductionKind.Sum:
                Reduction.Sum(Value, axes, output);
                break;
            case ReductionKind.Mean:
                Reduction.Mean(Value, axes, output);
                break;
            case ReductionKind.Max:
                Reduction.Max(Value, axes, output);
                break;
            default:
                Reduction.LogSumExp(Value, axes, output);
                break;
        }

        if (Tape.Needs(Value))
        {
            var node = Tape.Rent<ReductionNode>();
            node.Fill(kind, Value, axes);
            Tape.Record(node, output);
            node.Keep(output);
        }

        return new(Tape, output);
    }
}
