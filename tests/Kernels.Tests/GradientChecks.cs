using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>What tests of backward operators share.</summary>
internal static class GradientChecks
{
    /// <summary>Bounds of the golden operator cases, by type.</summary>
    internal static IReadOnlyList<(DType DType, double Bound)> Golden { get; } = [(DType.Float64, 1e-11), (DType.Float32, 1e-5)];

    /// <summary>Asserts a golden tensor: the relative error of the whole, or of each row of <paramref name="rowWidth"/> elements.</summary>
    internal static void AssertGolden(string name, double[] golden, Tensor ours, double bound, int rowWidth = 0)
    {
        var values = TensorValues.ToDoubles(ours);
        var width = rowWidth == 0 ? golden.Length : rowWidth;
        for (var at = 0; at < golden.Length; at += width)
        {
            var error = Tolerance.RelativeError(golden.AsSpan(at, width), values.AsSpan(at, width));
            Assert.True(error <= bound, $"{name}, {ours.DType}, from element {at}: {error:E2}");
        }
    }

    /// <summary>
    /// Asserts a gradient against central differences of a float64 loss, element by element. Of step h they err by h² of the third derivative and 1e-16 / h of
    /// the loss: at h = 1e-5 about 1e-10 each, so 1e-7 of the largest gradient is generous to both and strict to a wrong formula.
    /// </summary>
    internal static void AssertDifferences(string name, double[] at, double[] gradient, Func<double[], double> loss)
    {
        const double Step = 1e-5;
        var largest = gradient.Max(Math.Abs);
        for (var i = 0; i < at.Length; i++)
        {
            var kept = at[i];
            at[i] = kept + Step;
            var above = loss(at);
            at[i] = kept - Step;
            var below = loss(at);
            at[i] = kept;
            var difference = (above - below) / (2 * Step);
            Assert.True(Math.Abs(difference - gradient[i]) <= 1e-7 * largest, $"{name}[{i}]: gradient {gradient[i]}, central difference {difference}");
        }
    }

    /// <summary>Σ left · right: the loss whose output gradient is <paramref name="right"/>.</summary>
    internal static double Dot(double[] left, double[] right) => left.Zip(right, (a, b) => a * b).Sum();

    /// <summary>Overwrites a dense tensor.</summary>
    internal static void Fill(Tensor tensor, double[] values)
    {
        using var source = TensorValues.From(tensor.Device, tensor.Shape, tensor.DType, values);
        tensor.CopyFrom(source);
    }

    /// <summary>Element by element sums: what accumulation must give.</summary>
    internal static double[] Sum(double[] left, double[] right) => [.. left.Zip(right, (a, b) => a + b)];

    /// <summary>Asserts that a call allocates nothing on the managed heap once it has run before.</summary>
    internal static void AssertNoAllocation(Action call)
    {
        call();
        call();
        var before = GC.GetAllocatedBytesForCurrentThread();
        call();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
