using PlamoNative.Engine;

namespace PlamoNative.Bench;

/// <summary>Tensors with fixed random content, and the deal of cases that share their limits.</summary>
internal static class TestTensors
{
    /// <summary>Values in [-scale, scale) of a fixed sequence, a hundred thousand of them, repeated.</summary>
    public static Tensor Random(Device device, float scale, params ReadOnlySpan<long> shape)
    {
        var pattern = new float[100_003];
        var random = new Random(pattern.Length);
        for (var i = 0; i < pattern.Length; i++)
        {
            pattern[i] = scale * ((2 * random.NextSingle()) - 1);
        }

        var tensor = Tensor.Allocate(device, new Shape(shape), DType.Float32);
        var values = tensor.AsSpan<float>();
        for (var at = 0; at < values.Length; at += pattern.Length)
        {
            pattern.AsSpan(0, Math.Min(pattern.Length, values.Length - at)).CopyTo(values[at..]);
        }

        return tensor;
    }

    /// <summary>An output: memory that has been touched once.</summary>
    public static Tensor Output(Device device, params ReadOnlySpan<long> shape)
    {
        var tensor = Tensor.Allocate(device, new Shape(shape), DType.Float32);
        tensor.AsSpan<float>().Clear();
        return tensor;
    }
}
