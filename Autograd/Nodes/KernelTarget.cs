using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>
/// Where a kernel that computes several gradients at once puts one of them: its place, or, if nobody wants it, memory that is thrown away.
/// </summary>
internal readonly ref struct KernelTarget
{
    /// <summary>A place for a kernel that can add to what is there.</summary>
    /// <param name="node">The operation.</param>
    /// <param name="input">The input.</param>
    /// <param name="like">A tensor of the gradient's shape.</param>
    /// <param name="zero">True for a kernel that always adds: what is not there yet becomes 0.</param>
    internal KernelTarget(Node node, in GradientInput input, Tensor like, bool zero)
    {
        if (input.IsNeeded)
        {
            var accumulate = true;
            Tensor = zero ? input.Accumulator(node.Tape) : input.Target(node.Tape, out accumulate);
            Accumulates = accumulate;
        }
        else
        {
            Tensor = node.Tape.Scratch.Allocate(like.Shape, like.DType);
            if (zero)
            {
                Tensor.Clear();
            }
        }
    }

    internal Tensor Tensor { get; }

    internal bool Accumulates { get; }

    /// <summary>Gives the view, or the memory that nobody wanted, back.</summary>
    public void Dispose() => Tensor.Dispose();
}
