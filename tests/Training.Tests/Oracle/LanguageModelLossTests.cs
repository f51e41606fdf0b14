using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Training.Loop;
using Xunit;

namespace PlamoNative.Training.Tests.Oracle;

/// <summary>Losses and the gradient of every parameter against the golden cases of <c>oracle/training/lm-loss</c>, in both precisions.</summary>
public sealed class LanguageModelLossTests
{
    /// <summary>Model, batch, precision, recomputed layers.</summary>
    public static TheoryData<string, string, DType, bool> Cases()
    {
        var cases = new TheoryData<string, string, DType, bool>();
        foreach (var model in new[] { "window-tied", "full-untied" })
        {
            foreach (var batch in new[] { "plain", "masked" })
            {
                cases.Add(model, batch, DType.Float32, false);
                cases.Add(model, batch, DType.Float64, false);
                cases.Add(model, batch, DType.Float64, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_every_gradient_agree_with_the_golden_case(string model, string batchName, DType precision, bool recomputes)
    {
        var folder = $"oracle/training/lm-loss/{model}";
        var golden = OracleBatch.Json($"{folder}/{batchName}.json");
        using var device = new CpuDevice(2);
        using var trainable = OracleBatch.Model($"{folder}/model", device, precision);
        var batch = OracleBatch.Of(golden["batch"]!);
        var zLoss = OracleBatch.Number(golden, "z_loss_weight");
        using var pass = new GradientPass(trainable) { ZLossWeight = zLoss, Recomputes = recomputes };
        var (lossBound, gradientBound) = precision == DType.Float64 ? (1e-10, 1e-10) : (1e-5, 1e-4);

        Assert.Equal(golden["target_count"]!.GetValue<int>(), batch.TargetCount);
        var sums = pass.AddGradients(batch, batch.TargetCount);
        Assert.Equal(1, sums.Loss(zLoss) / OracleBatch.Number(golden, "loss"), lossBound);
        Assert.Equal(1, sums.CrossEntropy / sums.TargetCount / OracleBatch.Number(golden, "cross_entropy"), lossBound);

        using var file = new OracleFile($"{folder}/{batchName}-gradients.safetensors");
        foreach (var parameter in trainable.Parameters)
        {
            var error = OracleBatch.RelativeError(OracleBatch.Values(parameter.Gradient), file.Values(parameter.Name));
            Assert.True(error <= gradientBound, $"{parameter.Name}: relative error {error:E2} above {gradientBound:E0}");
        }

        var norm = Kernels.GradientNorm.Of([.. trainable.Parameters.Select(p => p.Gradient)]);
        Assert.Equal(1, norm / OracleBatch.Number(golden, "gradient_norm"), gradientBound);
    }

    [Theory]
    [InlineData("window-tied", "plain", DType.Float32)]
    [InlineData("window-tied", "masked", DType.Float64)]
    [InlineData("full-untied", "plain", DType.Float64)]
    [InlineData("full-untied", "masked", DType.Float32)]
    public void Every_token_has_the_golden_cross_entropy_and_log_sum_exp(string model, string batchName, DType precision)
    {
        var folder = $"oracle/training/lm-loss/{model}";
        var golden = OracleBatch.Json($"{folder}/{batchName}.json");
        using var device = new CpuDevice(1);
        using var trainable = OracleBatch.Model($"{folder}/model", device, precision);
        var batch = OracleBatch.Of(golden["batch"]!);
        using var pass = new GradientPass(trainable);
        using var crossEntropy = Tensor.Allocate(device, new Shape(batch.Tokens.Length), DType.Float64);
        using var logSumExp = Tensor.Allocate(device, new Shape(batch.Tokens.Length), DType.Float64);
        pass.Score(batch, everyToken: true, crossEntropy, logSumExp);

        using var file = new OracleFile($"{folder}/{batchName}-tokens.safetensors");
        var bound = precision == DType.Float64 ? 1e-10 : 1e-5;
        Assert.True(OracleBatch.RelativeError(OracleBatch.Values(crossEntropy), file.Values("cross_entropy")) <= bound);
        Assert.True(OracleBatch.RelativeError(OracleBatch.Values(logSumExp), file.Values("logsumexp")) <= bound);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Gradients_have_the_same_bits_recomputed_or_not_and_with_any_thread_count(DType precision)
    {
        var golden = OracleBatch.Json("oracle/training/lm-loss/window-tied/plain.json");
        var batch = OracleBatch.Of(golden["batch"]!);
        var hashes = new HashSet<string>();
        foreach (var threads in new[] { 1, 2, 3 })
        {
            foreach (var recomputes in new[] { false, true })
            {
                using var device = new CpuDevice(threads);
                using var trainable = OracleBatch.Model("oracle/training/lm-loss/window-tied/model", device, precision);
                using var pass = new GradientPass(trainable) { ZLossWeight = 1e-4, Recomputes = recomputes, Dropout = 0.25, DropoutSeed = 7 };
                pass.AddGradients(batch, batch.TargetCount, number: 3);
                hashes.Add(string.Join(' ', trainable.Parameters.SelectMany(p => OracleBatch.Values(p.Gradient)).Aggregate(17UL, (hash, value) => (hash * 31) ^ BitConverter.DoubleToUInt64Bits(value))));
            }
        }

        Assert.Single(hashes);
    }
}
