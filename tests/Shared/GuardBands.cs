using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Tests;

/// <summary>A dense tensor between two guard zones: <see cref="Check"/> tells whether a kernel wrote outside of it. The tensor itself begins as NaNs.</summary>
public sealed unsafe class GuardBands : IDisposable
{
    private const int GuardElements = 64;
    private const byte Pattern = 0xFF; // a NaN in every float type, so that reading a guard shows too

    private readonly Tensor _whole;

    /// <summary>Allocates the tensor with its guards.</summary>
    public GuardBands(Device device, Shape shape, DType dtype)
    {
        var count = shape.ElementCount;
        _whole = Tensor.Allocate(device, new Shape(count + (2 * GuardElements)), dtype);
        Bytes(0, _whole.ElementCount).Fill(Pattern);
        Tensor = _whole.Narrow(0, GuardElements, count).Reshape(shape);
    }

    /// <summary>The tensor.</summary>
    public Tensor Tensor { get; }

    /// <summary>Asserts that both guards are untouched.</summary>
    public void Check()
    {
        Assert.Equal(-1, Bytes(0, GuardElements).IndexOfAnyExcept(Pattern));
        Assert.Equal(-1, Bytes(_whole.ElementCount - GuardElements, GuardElements).IndexOfAnyExcept(Pattern));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Tensor.Dispose();
        _whole.Dispose();
    }

    private Span<byte> Bytes(long first, long count)
    {
        var size = _whole.DType.BlockBytes();
        return new Span<byte>(_whole.Pointer + (first * size), checked((int)(count * size)));
    }
}
