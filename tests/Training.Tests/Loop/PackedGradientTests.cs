using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Training.Data;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Models;
using Xunit;

namespace PlamoNative.Training.Tests.Loop;

/// <summary>Gradients of whole models in float64: packed documents, and directional derivatives of the loss.</summary>
public sealed class PackedGradientTests
{
    private static readonly int[][] Documents = [[1, 5, 9, 13, 2, 40, 41], [1], [1, 7, 7, 8, 3, 30, 22, 21, 20, 19, 44, 3, 2], [1, 11], [1, 50, 51, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34]];

    [Fact]
    public void The_gradient_of_packed_documents_is_the_sum_over_the_documents_alone()
    {
        using var device = new CpuDevice(2);
        using var model = Model(device, DType.Float64);
        using var pass = new GradientPass(model) { ZLossWeight = 1e-3 };
        var all = Packed(Documents);
        pass.AddGradients(all, all.TargetCount);
        var packed = model.Parameters.Select(p => p.Gradient.AsSpan<double>().ToArray()).ToArray();

        model.ZeroGradients();
        foreach (var document in Documents)
        {
            pass.AddGradients(Packed(document), all.TargetCount);
        }

        for (var i = 0; i < packed.Length; i++)
        {
            var alone = model.Parameters[i].Gradient.AsSpan<double>().ToArray();
            var norm = Math.Sqrt(packed[i].Sum(v => v * v));
            var difference = Math.Sqrt(packed[i].Zip(alone, (a, b) => (a - b) * (a - b)).Sum());
            Assert.True(difference <= 1e-12 * Math.Max(norm, 1e-6), $"{model.Parameters[i].Name}: {difference:E2} of {norm:E2}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_derivative_along_a_random_direction_is_the_gradient_times_the_direction(ulong seed)
    {
        using var device = new CpuDevice(2);
        using var model = Model(device, DType.Float64);
        using var pass = new GradientPass(model) { ZLossWeight = 1e-3 };
        var batch = Packed(Documents);
        pass.AddGradients(batch, batch.TargetCount);
        var directions = model.Parameters.Select((p, i) => Direction(seed, i, p.Values.AsSpan<double>().Length)).ToArray();
        var slope = model.Parameters.Select((p, i) => Dot(p.Gradient.AsSpan<double>(), directions[i])).Sum();

        // Fourth-order central differences: the truncation error falls with h to the fourth, the rounding error stays at 1e-16 / h.
        const double Step = 3e-6;
        double At(double distance)
        {
            Move(model, directions, distance);
            var loss = pass.Score(batch).Loss(1e-3);
            Move(model, directions, -distance);
            return loss;
        }

        var difference = ((8 * (At(Step) - At(-Step))) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
        Assert.True(Math.Abs(slope - difference) <= 1e-8 * Math.Max(1, Math.Abs(slope)), $"gradient {slope:R}, differences {difference:R}");
    }

    [Fact]
    public void Recomputed_layers_hold_only_their_borders()
    {
        long Peak(bool recomputes)
        {
            using var device = new CpuDevice(1);
            using var model = Model(device, DType.Float32);
            using var pass = new GradientPass(model) { Recomputes = recomputes };
            var batch = Packed([.. Enumerable.Range(0, 16).Select(_ => Documents[4])]);
            var before = device.Memory.LiveBytes;
            pass.AddGradients(batch, batch.TargetCount);
            return device.Memory.PeakLiveBytes - before;
        }

        Assert.True(Peak(true) < Peak(false) / 2, $"{Peak(true)} bytes recomputed, {Peak(false)} kept");
    }

    private static TrainableModel Model(Device device, DType precision)
    {
        var shape = Plamo2Presets.Get("plamo-2-nano").Configuration with
        {
            VocabSize = 56,
            HiddenSize = 32,
            LayerCount = 6,
            IntermediateSize = 48,
            QueryHeads = 4,
            KeyValueHeads = 2,
            HeadSize = 16,
            SsmHeads = 3,
            StateSize = 16,
            WindowSize = 5,
            FullAttentionLayers = [3],
        };
        return TrainableModel.Create(new RandomWeights(shape, 9), device, precision);
    }

    private static TrainingBatch Packed(params int[][] documents)
    {
        var batch = new TrainingBatch();
        foreach (var document in documents)
        {
            batch.Add(document, [.. document.Skip(1), -1]);
        }

        return batch;
    }

    private static double[] Direction(ulong seed, int stream, int length)
    {
        var direction = new double[length];
        new Philox(seed, (ulong)stream).Normal(0, direction);
        return direction;
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    private static void Move(TrainableModel model, double[][] directions, double distance)
    {
        for (var i = 0; i < directions.Length; i++)
        {
            var values = model.Parameters[i].Values.AsSpan<double>();
            for (var j = 0; j < values.Length; j++)
            {
                values[j] += distance * directions[i][j];
            }
        }
    }
}
