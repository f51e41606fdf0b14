using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Inputs of a case on one device, and the outputs it keeps. The n-th input of a case is made of the n-th stream of random numbers.</summary>
public sealed class CaseRun : IDisposable
{
    private const ulong Seed = 20261125;

    private readonly List<CaseOutput> _outputs = [];
    private readonly List<IDisposable> _owned = [];
    private ulong _stream;

    internal CaseRun(Device device, bool isDouble)
    {
        (Device, IsDouble) = (device, isDouble);
        Scope = new TensorScope(device);
        Operators = new DirectOperators(Scope);
    }

    /// <summary>Where.</summary>
    public Device Device { get; }

    /// <summary>Whether tensors are float64.</summary>
    public bool IsDouble { get; }

    /// <summary>float32, or float64 in the reference.</summary>
    public DType Type => IsDouble ? DType.Float64 : DType.Float32;

    /// <summary>Owns what operators make.</summary>
    public TensorScope Scope { get; }

    /// <summary>The operators on the device.</summary>
    public DirectOperators Operators { get; }

    /// <summary>What was kept.</summary>
    public IReadOnlyList<CaseOutput> Outputs => _outputs;

    /// <summary>Uniform numbers in [shift - scale, shift + scale), float32 values in both precisions.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="scale">Half the range.</param>
    /// <param name="shift">Its middle.</param>
    /// <param name="padding">Elements between rows that belong to nobody: NaN.</param>
    public Tensor Input(Shape shape, double scale = 1, double shift = 0, int padding = 0)
    {
        var random = new Philox(Seed, _stream++);
        var width = shape[^1];
        var rows = width == 0 ? 0 : shape.ElementCount / width;
        var values = new double[rows * (width + padding)];
        Array.Fill(values, double.NaN);
        for (var row = 0L; row < rows; row++)
        {
            for (var column = 0L; column < width; column++)
            {
                values[(row * (width + padding)) + column] = (float)(shift + (scale * ((2 * random.Uniform((ulong)((row * width) + column))) - 1)));
            }
        }

        var whole = Make(padding == 0 ? shape : shape.With(shape.Rank - 1, width + padding), values);
        return padding == 0 ? whole : Own(whole.Narrow(shape.Rank - 1, 0, width));
    }

    /// <summary>A dense tensor of these values.</summary>
    public Tensor Make(Shape shape, ReadOnlySpan<double> values)
    {
        if (IsDouble)
        {
            return Own(Tensor.FromSpan(Device, shape, values));
        }

        var single = new float[values.Length];
        for (var i = 0; i < single.Length; i++)
        {
            single[i] = (float)values[i];
        }

        return Own(Tensor.FromSpan<float>(Device, shape, single));
    }

    /// <summary>A matrix of weights in a storage type; in the reference the same, widened values.</summary>
    public TensorWeight Weight(int outFeatures, int inFeatures, DType stored, double scale = 0.1)
    {
        var random = new Philox(Seed, _stream++);
        var values = new float[(long)outFeatures * inFeatures];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(scale * ((2 * random.Uniform((ulong)i)) - 1));
        }

        var shape = new Shape(outFeatures, inFeatures);
        var bytes = new byte[stored.Bytes(values.Length)];
        var widened = new float[values.Length];
        if (stored.IsBlockQuantized())
        {
            if (stored is DType.Q8_0 or DType.Q4_0)
            {
                QuantizedBlocks.Quantize(stored, values, bytes);
            }
            else
            {
                RandomBlocks.Fill(stored, random, bytes);
            }

            QuantizedBlocks.Dequantize(stored, bytes, widened);
        }
        else if (stored == DType.Float32)
        {
            MemoryMarshal.AsBytes<float>(values).CopyTo(bytes);
            values.CopyTo(widened, 0);
        }
        else
        {
            TensorConvert.FromSingle(stored, values, bytes);
            TensorConvert.ToSingle(stored, bytes, widened);
        }

        if (IsDouble)
        {
            return new TensorWeight(Make(shape, Array.ConvertAll(widened, static value => (double)value)));
        }

        var tensor = Own(Tensor.Allocate(Device, shape, stored));
        tensor.WriteBytes(0, bytes);
        return new TensorWeight(tensor);
    }

    /// <summary>A dense output, filled with NaN unless it is added to.</summary>
    public Tensor Output(Shape shape, double fill = double.NaN)
    {
        var values = new double[shape.ElementCount];
        Array.Fill(values, fill);
        return Make(shape, values);
    }

    /// <summary>Keeps a dense tensor's values.</summary>
    public void Keep(string name, Tensor tensor) => _outputs.Add(new CaseOutput(name, tensor.DType switch
    {
        DType.Float64 => tensor.ToArray<double>(),
        DType.Float32 => Array.ConvertAll(tensor.ToArray<float>(), static value => (double)value),
        _ => Array.ConvertAll(tensor.ToArray<int>(), static value => (double)value),
    }));

    /// <summary>Keeps a number.</summary>
    public void Keep(string name, params double[] values) => _outputs.Add(new CaseOutput(name, values));

    /// <summary>Disposes something with the case.</summary>
    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scope.Dispose();
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }
}
