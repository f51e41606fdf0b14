using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>A place that a kernel overwrites with a gradient; what has to be added to earlier gradients is added when the writer is disposed.</summary>
public readonly ref struct GradientWriter
{
    private readonly Tensor _target;
    private readonly Tensor? _temporary;

    internal GradientWriter(Tensor target, Tensor? temporary)
    {
        _target = target;
        _temporary = temporary;
    }

    /// <summary>Where the kernel writes every element.</summary>
    public Tensor Tensor => _temporary ?? _target;

    /// <summary>Adds what was written, if it is not in its place already.</summary>
    public void Dispose()
    {
        if (_temporary is not null)
        {
            Store(_temporary, _target, accumulate: true);
            _temporary.Dispose();
        }

        _target.Dispose();
    }

    internal static void Store(Tensor gradient, Tensor target, bool accumulate) => Pointwise.Copy(gradient, target, accumulate);
}
