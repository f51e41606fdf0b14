using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class IndexingTests
{
    private static readonly (Shape Table, int Axis, Shape Indices, int Chosen)[] Cases =
    [
        (new(7L), 0, new(5L), 5),
        (new(7, 300), 0, new(11, 1), 11),
        (new(5, 7), 1, new(5, 1), 1),
        (new(5, 7), 1, new(5, 9), 9),
        (new(3, 4, 5), 1, new(1, 6, 5), 6),
        (new(3, 4, 2, 3), 2, new(3, 1), 3),
        (new(3, 4), 0, new(0, 4), 0),
        (new(3, 0), 0, new(2, 1), 2),
    ];

    [Fact]
    public void Chosen_elements_come_from_their_places_and_go_back_to_them()
    {
        foreach (var (table, axis, indexShape, size) in Cases)
        {
            var chosen = table.With(axis, size);
            var x = TensorValues.Normal(1, table.ElementCount);
            var y = TensorValues.Normal(2, chosen.ElementCount);
            var random = new Random(3);
            var indices = new int[indexShape.ElementCount];
            for (var i = 0; i < indices.Length; i++)
            {
                indices[i] = random.Next((int)table[axis]);
            }

            var places = Places(table, axis, chosen, indexShape, indices);
            var gathered = Array.ConvertAll(places, p => x[p]);
            double[] Scattered<T>()
                where T : System.Numerics.IFloatingPointIeee754<T>
            {
                var sums = Array.ConvertAll(x, T.CreateChecked);
                for (var i = 0; i < places.Length; i++)
                {
                    sums[places[i]] += T.CreateChecked(y[i]);
                }

                return Array.ConvertAll(sums, double.CreateChecked);
            }

            foreach (var kind in TensorViews.Kinds)
            {
                OperatorHarness.Check($"gather {table} {kind}", chosen, gathered, gathered, 1, (device, dtype, output) =>
                {
                    using var from = TensorViews.Of(device, table, dtype, x, kind);
                    using var index = Tensor.FromSpan<int>(device, indexShape, indices);
                    Indexing.Gather(from, axis, index, output);
                });
                OperatorHarness.Check($"scatter {table} {kind}", table, Scattered<double>(), Scattered<float>(), 8, (device, dtype, output) =>
                {
                    using var from = TensorViews.Of(device, chosen, dtype, y, kind);
                    using var index = Tensor.FromSpan<int>(device, indexShape, indices);
                    GradientChecks.Fill(output, x);
                    Indexing.ScatterAdd(from, axis, index, output);
                });
            }
        }
    }

    [Fact]
    public void Strided_outputs_are_written_too()
    {
        using var device = new CpuDevice(1);
        using var table = TensorViews.Of(device, new Shape(3, 4), DType.Float32, TensorValues.Normal(1, 12), "dense");
        using var output = TensorViews.Of(device, new Shape(2, 4), DType.Float32, new double[8], "reversed");
        using var index = Tensor.FromSpan<int>(device, new Shape(2, 1), [2, 0]);
        Indexing.Gather(table, 0, index, output);
        var x = TensorValues.ToDoubles(table);
        Assert.Equal([.. x[8..], .. x[..4]], TensorValues.ToDoubles(output));
        using var sums = TensorViews.Of(device, new Shape(3, 4), DType.Float32, new double[12], "reversed");
        Indexing.ScatterAdd(output, 0, index, sums);
        Assert.Equal([.. x[..4], 0, 0, 0, 0, .. x[8..]], TensorValues.ToDoubles(sums));
    }

    [Fact]
    public void Wrong_indices_are_named_and_nothing_is_written()
    {
        using var device = new CpuDevice(1);
        using var table = Tensor.Allocate(device, new Shape(3, 2), DType.Float32);
        using var output = TensorValues.From(device, new Shape(2, 2), DType.Float32, [1, 2, 3, 4]);
        foreach (var wrong in (int[])[-1, 3, int.MaxValue])
        {
            using var index = Tensor.FromSpan<int>(device, new Shape(2, 1), [0, wrong]);
            Assert.Contains("entry 1", Assert.Throws<ArgumentOutOfRangeException>(() => Indexing.Gather(table, 0, index, output)).Message, StringComparison.Ordinal);
        }

        Assert.Equal([1, 2, 3, 4], TensorValues.ToDoubles(output));
        using var floats = Tensor.Allocate(device, new Shape(2, 1), DType.Float32);
        Assert.Throws<DTypeMismatchException>(() => Indexing.Gather(table, 0, floats, output));
        using var wide = Tensor.Allocate(device, new Shape(2, 3), DType.Int32);
        Assert.Throws<ShapeMismatchException>(() => Indexing.Gather(table, 0, wide, output));
        Assert.Throws<ArgumentOutOfRangeException>(() => Indexing.Gather(table, 2, wide, output));
    }

    /// <summary>Where each chosen element lies in the table.</summary>
    private static long[] Places(Shape table, int axis, Shape chosen, Shape indexShape, int[] indices)
    {
        var places = new long[chosen.ElementCount];
        var inner = 1L;
        for (var i = axis + 1; i < table.Rank; i++)
        {
            inner *= table[i];
        }

        for (var i = 0L; i < places.Length; i++)
        {
            var outer = i / (inner * chosen[axis]);
            places[i] = (((outer * table[axis]) + indices[GeneralReference.Broadcast(chosen.Span, i, indexShape.Span)]) * inner) + (i % inner);
        }

        return places;
    }
}
