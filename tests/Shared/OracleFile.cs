using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Tests;

/// <summary>Tensors of a golden file under <c>../shared</c> as float64.</summary>
public sealed class OracleFile : IDisposable
{
    private readonly SafetensorsFile _file;

    /// <summary>Opens the file, or skips the calling test when <c>../shared</c> is absent.</summary>
    public OracleFile(string relativePath) => _file = SafetensorsFile.Open(SharedData.Require(relativePath));

    /// <summary>The values of a tensor.</summary>
    public double[] Values(string name)
    {
        var entry = _file.Get(name);
        if (entry.DType == DType.Float64)
        {
            return MemoryMarshal.Cast<byte, double>(entry.Span).ToArray();
        }

        var singles = new float[entry.ElementCount];
        TensorConvert.ToSingle(entry.DType, entry.Span, singles);
        return Array.ConvertAll(singles, value => (double)value);
    }

    /// <summary>The sizes of a tensor's axes.</summary>
    public Shape Shape(string name) => new(_file.Get(name).Shape);

    /// <summary>A tensor in the given float type.</summary>
    public Tensor Tensor(Device device, string name, DType dtype) => TensorValues.From(device, Shape(name), dtype, Values(name));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
