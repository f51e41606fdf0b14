using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Matrix products: linear layers with weights of every stored type, their gradients, and the general product.</summary>
internal static class LinearDeviceCases
{
    // Tiles of 128, one for each of the emulated device's four multiprocessors, in y, dx and dw; then a depth that tensor cores do not read in place.
    private static readonly (int Tokens, int Out, int In)[] SmallOfTiles = [(129, 130, 20), (129, 20, 130), (20, 129, 130), (18, 130, 131)];

    // The same on the 132 multiprocessors of an H100.
    private static readonly (int Tokens, int Out, int In)[] RealOfTiles = [(1500, 1600, 96), (1500, 96, 1600), (96, 1500, 1600), (1000, 2200, 512)];

    private static readonly (int Tokens, int Out, int In)[] Small =
        [(0, 8, 8), (1, 1, 1), (1, 67, 130), (3, 5, 7), (5, 33, 64), (16, 64, 32), (17, 129, 65), (64, 64, 64), (70, 96, 160),
         (20, 136, 200), (33, 130, 136), (128, 128, 128), (1030, 24, 40), .. SmallOfTiles];

    private static readonly (int Tokens, int Out, int In)[] Real = [(1, 4096, 2048), (8, 2048, 4096), (512, 2048, 2048), (1000, 1030, 520), .. RealOfTiles];

    internal static IEnumerable<DeviceCase> All => [.. Linear(), .. Backward(), .. BackwardOfStored(), .. General()];

    private static IEnumerable<DeviceCase> Linear()
    {
        foreach (var (tokens, outFeatures, inFeatures) in Small.Concat(Real))
        {
            foreach (var type in new[] { DType.Float32, DType.BFloat16, DType.Float16 })
            {
                yield return Forward(type, tokens, outFeatures, inFeatures);
            }
        }

        // Super-blocks of 256, from bytes that any quantiser could have written.
        foreach (var type in new[] { DType.Q4_K, DType.Q5_K, DType.Q6_K })
        {
            foreach (var (tokens, outFeatures, inFeatures) in new[] { (1, 33, 256), (6, 9, 512), (40, 70, 256), (129, 130, 256), (1, 4096, 2048), (300, 512, 1024), (1000, 2200, 512) })
            {
                yield return Forward(type, tokens, outFeatures, inFeatures);
            }
        }

        foreach (var type in new[] { DType.Q8_0, DType.Q4_0 })
        {
            foreach (var (tokens, outFeatures, inFeatures) in new[] { (1, 33, 64), (5, 40, 128), (40, 70, 96), (129, 130, 32), (1, 4096, 2048), (300, 512, 1024), (1000, 2200, 512) })
            {
                yield return Forward(type, tokens, outFeatures, inFeatures);
            }
        }
    }

    private static DeviceCase Forward(DType type, int tokens, int outFeatures, int inFeatures) =>
        new("linear", $"{type.Name()}, {tokens} x {inFeatures} to {outFeatures}", IsSmall(tokens, outFeatures, inFeatures), run =>
            run.Keep("y", run.Operators.Linear(run.Input(new Shape(tokens, inFeatures), padding: tokens % 3), run.Weight(outFeatures, inFeatures, type))));

    private static IEnumerable<DeviceCase> Backward()
    {
        foreach (var (tokens, outFeatures, inFeatures) in Small.Concat(Real))
        {
            yield return new("linear_backward", $"{tokens} x {inFeatures} to {outFeatures}", IsSmall(tokens, outFeatures, inFeatures), run =>
            {
                var (dy, x) = (run.Input(new Shape(tokens, outFeatures)), run.Input(new Shape(tokens, inFeatures)));
                var weight = run.Input(new Shape(outFeatures, inFeatures), 0.1);
                var (dx, added, dw) = (run.Output(x.Shape), run.Output(x.Shape, 0.5), run.Output(weight.Shape, 0.25));
                LinearBackward.Input(dy, weight, dx, accumulate: false);
                LinearBackward.Input(dy, weight, added, accumulate: true);
                LinearBackward.Weight(dy, x, dw);
                run.Keep("dx", dx);
                run.Keep("dx added", added);
                run.Keep("dw", dw);
            });
        }
    }

    private static IEnumerable<DeviceCase> BackwardOfStored()
    {
        foreach (var type in new[] { DType.BFloat16, DType.Float16 })
        {
            foreach (var (tokens, outFeatures, inFeatures) in new[] { (5, 7, 9), (70, 33, 65), (129, 20, 130), (128, 128, 128), (1500, 96, 1600), (512, 2048, 2048) })
            {
                yield return new("linear_backward", $"{type.Name()} weight, {tokens} x {inFeatures} to {outFeatures}", IsSmall(tokens, outFeatures, inFeatures), run =>
                {
                    var dy = run.Input(new Shape(tokens, outFeatures));
                    var weight = run.Weight(outFeatures, inFeatures, type).Values;
                    var (dx, added) = (run.Output(new Shape(tokens, inFeatures)), run.Output(new Shape(tokens, inFeatures), 0.5));
                    LinearBackward.Input(dy, weight, dx, accumulate: false);
                    LinearBackward.Input(dy, weight, added, accumulate: true);
                    run.Keep("dx", dx);
                    run.Keep("dx added", added);
                });
            }
        }
    }

    private static IEnumerable<DeviceCase> General()
    {
        foreach (var (left, right) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            yield return new("matmul", $"{(left ? "transposed" : "plain")} x {(right ? "transposed" : "plain")}, batches broadcast", true, run =>
            {
                var a = run.Input(left ? new Shape(3, 1, 19, 13) : new Shape(3, 1, 13, 19));
                var b = run.Input(right ? new Shape(2, 21, 19) : new Shape(2, 19, 21));
                var y = run.Output(new Shape(3, 2, 13, 21), 0.5);
                MatMul.Run(a, left, b, right, y, accumulate: true);
                run.Keep("y", y);
            });
            foreach (var (m, n, k, isSmall) in new[] { (13, 21, 19, true), (1500, 1600, 96, false) })
            {
                yield return new("matmul", $"{(left ? "transposed" : "plain")} x {(right ? "transposed" : "plain")}, {m} x {k} x {n}", isSmall, run =>
                {
                    var y = run.Output(new Shape(m, n));
                    MatMul.Run(run.Input(left ? new Shape(k, m) : new Shape(m, k)), left, run.Input(right ? new Shape(n, k) : new Shape(k, n)), right, y);
                    run.Keep("y", y);
                });
            }
        }

        yield return new("matmul", "1024", false, run =>
        {
            var y = run.Output(new Shape(1024, 1024));
            MatMul.Run(run.Input(new Shape(1024, 1024)), false, run.Input(new Shape(1024, 1024)), false, y);
            run.Keep("y", y);
        });
    }

    private static bool IsSmall(int tokens, int outFeatures, int inFeatures) => (long)tokens * outFeatures * inFeatures <= 5 << 20 && (long)outFeatures * inFeatures <= 1 << 17;
}
