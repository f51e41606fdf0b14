using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>What the general operators' nodes share.</summary>
internal abstract class OperatorNode : Node
{
    /// <summary>Gives an input of the output's elements the output's gradient: the same memory if nothing else has arrived, else a sum.</summary>
    protected void PassOn(in GradientInput input)
    {
        if (!input.Slot.TryAdopt(OutputSlot, input))
        {
            using var gradient = OutputGradient.Reshape(input.Shape);
            using var target = input.Target(Tape, out var accumulate);
            Pointwise.Copy(gradient, target, accumulate);
        }
    }

    /// <summary>Gives an input that was broadcast to <paramref name="gradient"/>'s shape its gradient.</summary>
    protected void SumTo(in GradientInput input, Tensor gradient)
    {
        using var target = input.Target(Tape, out var accumulate);
        Reduction.SumTo(gradient, target, accumulate);
    }

    /// <summary>The output's gradient under another shape; to be disposed.</summary>
    protected Tensor GradientAs(in Shape shape) => OutputGradient.Reshape(shape);
}
