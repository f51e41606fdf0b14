using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>
/// Turns a tensor of a mapped file into a parameter. Matrices stay where they are, in the type they have; vectors and convolutions, which are small, are
/// widened to float32. In the exact mode everything is widened to float64.
/// </summary>
internal sealed unsafe class ParameterLoader(Device device, bool isFloat64) : IDisposable
{
    private readonly Dictionary<MappedFile, MappedStorage> _storages = [];

    /// <summary>Loads a tensor.</summary>
    /// <param name="slot">Where it belongs.</param>
    /// <param name="entry">The tensor in its file.</param>
    /// <param name="normOffset">What the model adds to a norm's values.</param>
    /// <exception cref="ModelFormatException">Another shape or a type that cannot be there.</exception>
    internal ModelParameter Load(WeightSlot slot, TensorEntry entry, double normOffset)
    {
        var shape = CheckedShape(slot, entry);
        CheckType(slot, entry);
        var isMatrix = slot.Role == WeightRole.Linear;
        var staysInPlace = isMatrix && device.IsHostMemory && !isFloat64 && entry.IsAligned && entry.DType != DType.Float64;
        var values = staysInPlace ? Tensor.FromStorage(device, StorageOf(entry.File), entry.Offset, shape, entry.DType)
            : isMatrix && !isFloat64 && entry.DType != DType.Float64 ? Copy(shape, entry)
            : TensorElements.Widen(device, shape, isFloat64 ? DType.Float64 : DType.Float32, entry.DType, entry.Pointer);
        return new ModelParameter(slot, values, normOffset);
    }

    /// <summary>Releases this loader's hold of the files; tensors keep theirs.</summary>
    public void Dispose()
    {
        foreach (var storage in _storages.Values)
        {
            storage.Release();
        }

        _storages.Clear();
    }

    private static Shape CheckedShape(WeightSlot slot, TensorEntry entry)
    {
        // GGUF drops the middle dimension of a convolution, and everybody drops or adds dimensions of one here and there.
        var expected = slot.Shape.AsSpan();
        var given = entry.Shape.AsSpan();
        var isSame = slot.Role == WeightRole.Convolution
            ? WithoutOnes(expected).AsSpan().SequenceEqual(WithoutOnes(given))
            : expected.SequenceEqual(given) || IsPadded(slot, given);
        return isSame
            ? new Shape(slot.IsVocabulary ? given : expected)
            : throw new ModelFormatException(entry.File.Path, $"tensor '{entry.Name}' shape", new Shape(expected).ToString(), new Shape(given).ToString());
    }

    /// <summary>The published code pads the vocabulary of embedding and head to a multiple of 16.</summary>
    private static bool IsPadded(WeightSlot slot, ReadOnlySpan<long> given) =>
        slot.IsVocabulary && given.Length == 2 && given[1] == slot.Shape[1] && given[0] > slot.Shape[0] && given[0] == (slot.Shape[0] + 15) / 16 * 16;

    private static long[] WithoutOnes(ReadOnlySpan<long> shape)
    {
        var kept = new List<long>();
        foreach (var size in shape)
        {
            if (size != 1)
            {
                kept.Add(size);
            }
        }

        return [.. kept];
    }

    private static void CheckType(WeightSlot slot, TensorEntry entry)
    {
        if (!(slot.Role == WeightRole.Linear ? TensorElements.CanRead(entry.DType) : entry.DType.IsFloatingPoint()))
        {
            throw new ModelFormatException(entry.File.Path, $"tensor '{entry.Name}' dtype", "f32, bf16, f16 or f64", entry.DType.Name());
        }
    }

    private Tensor Copy(Shape shape, TensorEntry entry)
    {
        var copy = Tensor.Allocate(device, shape, entry.DType);
        device.CopyFromHost(entry.Pointer, copy.Address, entry.ByteLength);
        return copy;
    }

    private MappedStorage StorageOf(MappedFile file)
    {
        if (!_storages.TryGetValue(file, out var storage))
        {
            storage = MappedStorage.Create(file);
            _storages.Add(file, storage);
        }

        return storage;
    }
}
