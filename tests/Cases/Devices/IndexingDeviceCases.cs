using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Elements chosen by indices along an axis, and sums into them.</summary>
internal static class IndexingDeviceCases
{
    private static readonly int[] Indices = [4, 0, 4, 2, 2, 2, 1];

    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            yield return new("indexing", "slices along axis 0", true, run => Check(run, new Shape(5, 3, 11), 0, new Shape(7, 1, 1)));
            yield return new("indexing", "slices along axis 1", true, run => Check(run, new Shape(3, 5, 11), 1, new Shape(1, 7, 1)));
            yield return new("indexing", "slices along axis 2", true, run => Check(run, new Shape(3, 11, 5), 2, new Shape(1, 1, 7)));
        }
    }

    private static void Check(CaseRun run, Shape shape, int axis, Shape indexShape)
    {
        var indices = run.Own(Tensor.FromSpan<int>(run.Device, indexShape, Indices));
        var chosen = shape.With(axis, Indices.Length);
        var (y, table) = (run.Output(chosen), run.Output(shape, 0.5));
        Indexing.Gather(run.Input(shape), axis, indices, y);
        Indexing.ScatterAdd(run.Input(chosen), axis, indices, table);
        run.Keep("gather", y);
        run.Keep("scatter", table);
    }
}
