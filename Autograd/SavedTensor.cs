using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>A tensor that the backward pass needs as it is now. A change in place between now and then is found and named.</summary>
public readonly struct SavedTensor
{
    private readonly Tensor? _value;
    private readonly GradientSlot? _slot;
    private readonly int _version;
    private readonly Node? _saver;

    internal SavedTensor(Tensor value, GradientSlot? slot, Node saver)
    {
        _value = value;
        _slot = slot;
        _version = slot?.Version ?? 0;
        _saver = saver;
    }

    /// <summary>The elements.</summary>
    /// <exception cref="InvalidOperationException">The tensor was changed in place after it was saved, or nothing was saved.</exception>
    public Tensor Value
    {
        get
        {
            if (_value is null)
            {
                throw new InvalidOperationException("no tensor was saved here");
            }

            if (_slot is not null && _slot.Version != _version)
            {
                throw new InvalidOperationException(
                    $"the backward pass of {_saver!.Place} needs a tensor as it was, the output of {_slot.Producer}, but {_slot.ModifiedBy} changed it in place afterwards");
            }

            return _value;
        }
    }

    internal void Release() => _value?.Dispose();
}
