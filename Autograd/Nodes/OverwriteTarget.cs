using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>As <see cref="KernelTarget"/>, for a kernel that only overwrites: what was there before is added to at the end.</summary>
internal readonly ref struct OverwriteTarget
{
    private readonly GradientWriter _writer;
    private readonly Tensor? _unwanted;

    internal OverwriteTarget(Node node, in GradientInput input, Tensor like)
    {
        if (input.IsNeeded)
        {
            _writer = input.Overwrite(node.Tape);
        }
        else
        {
            _unwanted = node.Tape.Scratch.Allocate(like.Shape, like.DType);
        }
    }

    internal Tensor Tensor => _unwanted ?? _writer.Tensor;

    /// <summary>Adds what has to be added, and gives memory back.</summary>
    public void Dispose()
    {
        if (_unwanted is not null)
        {
            _unwanted.Dispose();
        }
        else
        {
            _writer.Dispose();
        }
    }
}
