using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>
/// The memory of a gradient, which several stored tensors may share as long as nobody writes: the gradient of a sum is that of both its terms, without a copy.
/// </summary>
internal sealed class GradientBuffer
{
    private int _owners;

    /// <summary>The elements; null between two lives of this object.</summary>
    internal Tensor? Values { get; private set; }

    internal bool IsShared => _owners > 1;

    internal void Begin(Tensor values)
    {
        Values = values;
        _owners = 1;
    }

    internal void Share() => _owners++;

    /// <summary>One owner less; the memory goes back with the last.</summary>
    internal void Release()
    {
        if (--_owners == 0)
        {
            Values!.Dispose();
            Values = null;
        }
    }
}
