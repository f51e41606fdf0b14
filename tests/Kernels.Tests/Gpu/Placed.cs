using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

/// <summary>
/// A tensor on any device among NaNs: a row of them before and after it along the outermost axis, and <c>padding</c> of them between rows. Values go and come by copies, and
/// <see cref="Read"/> tells whether a kernel wrote where it should not.
/// </summary>
internal sealed class Placed : IDisposable
{
    private const int Guards = 64;

    private readonly Tensor _whole;
    private readonly long[] _places;

    /// <summary>Places float32 or float64 values, or NaNs where there are none yet.</summary>
    public Placed(Device device, Shape shape, DType dtype, double[]? values = null, int padding = 0)
    {
        var last = shape.Rank - 1;
        var guards = last == 0 ? Guards : 1;
        var wide = shape.With(last, shape[last] + padding);
        var whole = wide.With(0, wide[0] + (2 * guards));
        var (rows, width) = (shape.ElementCount / Math.Max(1, shape[last]), shape[last]);
        var first = guards * (whole.ElementCount / whole[0]);
        _places = new long[shape.ElementCount];
        for (var i = 0L; i < _places.Length; i++)
        {
            _places[i] = first + (i / width * wide[last]) + (padding / 2) + (i % width);
        }

        _whole = Tensor.Allocate(device, whole, dtype);
        Write(values);
        View = _whole.Narrow(0, guards, shape[0]).Narrow(last, padding / 2, shape[last]);
    }

    /// <summary>The tensor.</summary>
    public Tensor View { get; }

    /// <summary>The values, row-major.</summary>
    public double[] Read()
    {
        var all = _whole.DType == DType.Float32 ? Array.ConvertAll(_whole.ToArray<float>(), v => (double)v) : _whole.ToArray<double>();
        var values = Array.ConvertAll(_places, place => all[place]);
        foreach (var place in _places)
        {
            all[place] = double.NaN;
        }

        Assert.True(Array.TrueForAll(all, double.IsNaN), "a kernel wrote outside of its tensor");
        return values;
    }

    public void Dispose()
    {
        View.Dispose();
        _whole.Dispose();
    }

    private void Write(double[]? values)
    {
        var all = new double[_whole.ElementCount];
        Array.Fill(all, double.NaN);
        for (var i = 0; i < _places.Length; i++)
        {
            all[_places[i]] = values is null ? double.NaN : values[i];
        }

        if (_whole.DType == DType.Float32)
        {
            _whole.CopyFrom<float>(Array.ConvertAll(all, v => (float)v));
        }
        else
        {
            _whole.CopyFrom<double>(all);
        }
    }
}
