using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Tests;
using PlamoNative.Training.Loop;
using Xunit;

namespace PlamoNative.Training.Tests.Oracle;

/// <summary>Masked losses over two packs against <c>oracle/training/sft</c>.</summary>
public sealed class SupervisedCaseTests
{
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Loss_and_gradients_of_the_answers_agree_with_the_golden_case(DType precision)
    {
        var golden = OracleBatch.Json("oracle/training/sft/case.json");
        using var device = new CpuDevice(2);
        using var model = OracleBatch.Model("oracle/training/lm-loss/full-untied/model", device, precision);
        using var pass = new GradientPass(model);
        var packs = golden["packs"]!.AsArray().Select(node => OracleBatch.Of(node!)).ToArray();
        var targets = packs.Sum(pack => (long)pack.TargetCount);
        var (lossBound, gradientBound) = precision == DType.Float64 ? (1e-10, 1e-10) : (1e-5, 1e-4);
        var sums = packs.Aggregate(default(CrossEntropySums), (sum, pack) => sum.Add(pass.AddGradients(pack, targets)));

        var result = golden["result"]!;
        Assert.Equal(1, sums.Loss(0) / OracleBatch.Number(result, "loss"), lossBound);
        var norm = Kernels.GradientNorm.Of([.. model.Parameters.Select(p => p.Gradient)]);
        Assert.Equal(1, norm / OracleBatch.Number(result, "gradient_norm"), gradientBound);
        using var file = Engine.Formats.SafetensorsFile.Open(SharedData.Require("oracle/training/sft/gradients.safetensors"));
        using var values = new OracleFile("oracle/training/sft/gradients.safetensors");
        Assert.NotEmpty(file.Entries);
        foreach (var entry in file.Entries)
        {
            var parameter = Assert.Single(model.Parameters, p => p.Name == entry.Name);
            Assert.True(OracleBatch.RelativeError(OracleBatch.Values(parameter.Gradient), values.Values(entry.Name)) <= gradientBound, entry.Name);
        }
    }
}
