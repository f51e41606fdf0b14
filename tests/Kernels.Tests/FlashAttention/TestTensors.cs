using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Tensors from and to float64 values, golden files, and comparison.</summary>
internal static unsafe class TestTensors
{
    internal static Tensor Create(TensorScope scope, DType dtype, Shape shape, ReadOnlySpan<double> values)
    {
        var tensor = scope.Allocate(shape, dtype);
        Fill(tensor, 0, values);
        return tensor;
    }

    internal static void Fill(Tensor tensor, int at, ReadOnlySpan<double> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (tensor.DType == DType.Float64)
            {
                tensor.PointerOf<double>()[at + i] = values[i];
            }
            else
            {
                tensor.PointerOf<float>()[at + i] = (float)values[i];
            }
        }
    }

    internal static double[] Read(Tensor tensor)
    {
        var values = new double[tensor.ElementCount];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = tensor.DType == DType.Float64 ? tensor.PointerOf<double>()[i] : tensor.PointerOf<float>()[i];
        }

        return values;
    }

    /// <summary>The tensors of a golden case of <c>oracle/training/kernels</c>.</summary>
    internal static Dictionary<string, double[]> Golden(string name)
    {
        using var file = SafetensorsFile.Open(SharedData.Require($"oracle/training/kernels/{name}.safetensors"));
        return file.Entries.ToDictionary(entry => entry.Name, entry => MemoryMarshal.Cast<byte, double>(entry.Span).ToArray());
    }

    /// <summary>Largest error relative to the largest value, and root mean square error relative to the root mean square value.</summary>
    internal static (double Max, double Rms) Errors(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double worst = 0, largest = 0, squares = 0, total = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            var error = Math.Abs(expected[i] - actual[i]);
            worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(worst, error);
            largest = Math.Max(largest, Math.Abs(expected[i]));
            squares += error * error;
            total += expected[i] * expected[i];
        }

        return largest == 0 ? (worst, Math.Sqrt(squares)) : (worst / largest, Math.Sqrt(squares / total));
    }

    internal static void Close(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        var (max, rms) = Errors(expected, actual);
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: max {max:E2}, rms {rms:E2}");
        Assert.True(max <= tolerance && rms <= tolerance, $"{what}: off by max {max:E2}, rms {rms:E2}, more than {tolerance:E1}");
    }

    /// <summary>Equality of bits: a zero's sign counts too.</summary>
    internal static void SameBits(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                BitConverter.DoubleToInt64Bits(expected[i]) == BitConverter.DoubleToInt64Bits(actual[i]), $"{what}: element {i} of {expected.Length} is {actual[i]:R}, not {expected[i]:R}");
        }
    }

    /// <summary>A fingerprint of the bits (FNV-1a), to compare processes and machines.</summary>
    internal static string Fingerprint(params ReadOnlySpan<double[]> results)
    {
        var hash = 14695981039346656037;
        foreach (var values in results)
        {
            foreach (var value in values)
            {
                hash = (hash ^ (ulong)BitConverter.DoubleToInt64Bits(value)) * 1099511628211;
            }
        }

        return hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
    }
}
