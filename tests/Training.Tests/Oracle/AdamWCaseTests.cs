using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Tests;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Optimizers;
using Xunit;

namespace PlamoNative.Training.Tests.Oracle;

/// <summary>Eight steps of AdamW on whole models against <c>oracle/training/adamw</c>: losses, norms, rates and parameters.</summary>
public sealed class AdamWCaseTests
{
    [Theory]
    [InlineData("single", DType.Float32)]
    [InlineData("single", DType.Float64)]
    [InlineData("accumulate", DType.Float32)]
    [InlineData("accumulate", DType.Float64)]
    public void Eight_steps_follow_the_golden_run(string name, DType precision)
    {
        var folder = $"oracle/training/adamw/{name}";
        var golden = OracleBatch.Json($"{folder}/case.json");
        var o = golden["optimizer"]!;
        var zLoss = OracleBatch.Number(o, "z_loss_weight");
        using var device = new CpuDevice(2);
        using var model = OracleBatch.Model(Path.GetRelativePath(".", Path.Combine(folder, golden["model"]!.GetValue<string>())).Replace('\\', '/'), device, precision);
        using var pass = new GradientPass(model) { ZLossWeight = zLoss };
        using var optimizer = new AdamWOptimizer(
            model, new AdamWSettings(OracleBatch.Number(o, "beta1"), OracleBatch.Number(o, "beta2"), OracleBatch.Number(o, "epsilon"), OracleBatch.Number(o, "weight_decay")));
        var decayed = golden["decayed"]!.AsArray().Select(n => n!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        Assert.All(model.Parameters.Select((p, i) => (p.Name, Decays: model.Decays[i])), pair => Assert.Equal(decayed.Contains(pair.Name), pair.Decays));

        var batches = golden["micro_batches"]!.AsArray().Select(node => OracleBatch.Of(node!)).ToArray();
        var start = model.Parameters.Select(p => OracleBatch.Values(p.Values)).ToArray();
        var (lossBound, normBound, all, each) = precision == DType.Float64 ? (1e-10, 1e-10, 1e-10, 1e-10) : (1e-4, 1e-4, 1e-3, 1e-2);
        foreach (var (step, s) in golden["result"]!.AsArray().Select((node, i) => (node!, i + 1)))
        {
            model.ZeroGradients();
            var mine = step["micro_batches"]!.AsArray().Select(i => batches[i!.GetValue<int>()]).ToArray();
            var targets = mine.Sum(b => (long)b.TargetCount);
            var sums = mine.Aggregate(default(CrossEntropySums), (sum, batch) => sum.Add(pass.AddGradients(batch, targets)));
            Assert.Equal(step["target_count"]!.GetValue<int>(), sums.TargetCount);
            Assert.Equal(1, sums.Loss(zLoss) / OracleBatch.Number(step, "loss"), lossBound);
            var norm = optimizer.GradientNorm();
            Assert.Equal(1, norm / OracleBatch.Number(step, "gradient_norm"), normBound);
            optimizer.Step(s, OracleBatch.Number(step, "learning_rate"), norm, OracleBatch.Number(o, "clip_norm"));
            if (s is 1 or 2 or 8)
            {
                using var file = new OracleFile($"{folder}/parameters-{s}.safetensors");
                CheckChanges(model.Parameters.Select(p => p.Name).ToArray(), start, model.Parameters.Select(p => OracleBatch.Values(p.Values)).ToArray(), file, all, each);
            }
        }
    }

    private static void CheckChanges(string[] names, double[][] start, double[][] now, OracleFile golden, double allBound, double eachBound)
    {
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var i = 0; i < names.Length; i++)
        {
            var from = start[i];
            var mine = now[i].Zip(from, (a, b) => a - b).ToArray();
            var other = golden.Values(names[i]).Zip(from, (a, b) => a - b).ToArray();
            var error = OracleBatch.RelativeError(mine, other);
            Assert.True(error <= eachBound, $"{names[i]}: relative error of the change {error:E2} above {eachBound:E0}");
            ours.AddRange(mine);
            theirs.AddRange(other);
        }

        Assert.True(OracleBatch.RelativeError(ours.ToArray(), theirs.ToArray()) <= allBound);
    }
}
