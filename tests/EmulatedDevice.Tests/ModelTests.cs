using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Training.Data;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Models;
using PlamoNative.Training.Optimizers;
using Xunit;

namespace PlamoNative.Tests.Emulation;

/// <summary>PLaMo 2 nano, generating and training, on the kernels that ship.</summary>
public sealed class ModelTests
{
    private const int Vocabulary = 320;
    private const int NewTokens = 32;

    private static Plamo2Configuration Nano => Plamo2Presets.Get("plamo-2-nano").Configuration with { VocabSize = Vocabulary };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_model_writes_the_same_tokens_as_on_the_processor(bool pooledAndLate)
    {
        using var processor = new CpuDevice(threadCount: 1);
        using var emulated = new EmulatedDevice(checks: false, pooled: pooledAndLate, deferred: pooledAndLate);
        int[] prompt = [5, 17, 250, 3, 99, 4, 318, 200, 41, 41, 7];
        Assert.Equal(Generate(processor, prompt, Greedy), Generate(emulated.Device, prompt, Greedy));
        Assert.True(emulated.Launches > NewTokens, "the kernels ran");
        Assert.Contains("SamplingKernels_ArgMax", emulated.Launched);
    }

    [Fact]
    public void A_model_draws_the_same_tokens_from_the_best_as_on_the_processor()
    {
        using var processor = new CpuDevice(threadCount: 1);
        using var emulated = new EmulatedDevice(checks: false);
        var options = Greedy with { MaxTokens = 12, Temperature = 0.8f, TopK = 20, TopP = 0.9f, Seed = 5 };
        int[] prompt = [5, 17, 250, 3];
        Assert.Equal(Generate(processor, prompt, options), Generate(emulated.Device, prompt, options));
        Assert.Contains("TopKKernels_Run", emulated.Launched);
    }

    [Fact]
    public void A_forward_pass_has_no_findings_on_any_generation()
    {
        int[] tokens = [.. Enumerable.Range(0, 40).Select(static t => t * 31 % Vocabulary)];
        using var processor = new CpuDevice(threadCount: 1);
        var expected = Logits(processor, tokens);
        foreach (var (major, minor) in new[] { (7, 5), (8, 0), (9, 0) })
        {
            using var emulated = new EmulatedDevice(major, minor);
            var actual = Logits(emulated.Device, tokens);
            for (var i = 0; i < expected.Length; i++)
            {
                // Logits of a random model are of size one; sums of a few hundred float32 terms through 8 layers differ by rounding only.
                Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-5, $"sm_{major}{minor}, logit {i}: {actual[i]:G9} for {expected[i]:G9}");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Three_training_steps_give_the_losses_and_weights_of_the_processor(bool pooledAndLate)
    {
        using var processor = new CpuDevice(threadCount: 1);
        using var emulated = new EmulatedDevice(checks: false, pooled: pooledAndLate, deferred: pooledAndLate);
        var (expectedLosses, expectedWeights) = Train(processor);
        var (losses, weights) = Train(emulated.Device);
        for (var step = 0; step < losses.Length; step++)
        {
            Assert.Equal(expectedLosses[step], losses[step], 2e-5);
        }

        // One step of AdamW moves a weight by at most the learning rate, whatever its gradient: where a gradient is all rounding, so is the direction.
        var (far, total) = (0, 0);
        foreach (var (name, expected) in expectedWeights)
        {
            for (var i = 0; i < expected.Length; i++)
            {
                var difference = Math.Abs(expected[i] - weights[name][i]);
                Assert.True(difference <= 3 * 2 * LearningRate, $"{name}[{i}]: {weights[name][i]:G9} for {expected[i]:G9}");
                far += difference > 1e-2 * LearningRate ? 1 : 0;
                total++;
            }
        }

        Assert.True(far <= total / 1000, $"{far} of {total} weights differ by more than a hundredth of a step");
    }

    private const double LearningRate = 1e-3;

    private static GenerationOptions Greedy => new() { MaxTokens = NewTokens, Temperature = 0, IgnoreEndOfText = true };

    private static int[] Generate(Device device, int[] prompt, GenerationOptions options)
    {
        using var model = new RandomWeights(Nano, 3).CreateModel(device);
        using var session = new PlamoSession(model);
        return [.. session.Generate(prompt, options).Select(static token => token.Id)];
    }

    private static float[] Logits(Device device, int[] tokens)
    {
        using var model = new RandomWeights(Nano, 3).CreateModel(device);
        using var scope = new TensorScope(device);
        return model.Forward(new DirectOperators(scope), ForwardBatch.Packed(tokens, new SequenceOffsets(0, 9, tokens.Length))).ToArray<float>();
    }

    private static (double[] Losses, Dictionary<string, float[]> Weights) Train(Device device)
    {
        using var model = TrainableModel.Create(new RandomWeights(Nano, 3), device);
        using var pass = new GradientPass(model) { ZLossWeight = 1e-4 };
        using var optimizer = new AdamWOptimizer(model, new AdamWSettings(0.9, 0.95, 1e-8, 0.1));
        var losses = new double[3];
        for (var step = 0; step < losses.Length; step++)
        {
            var batch = new TrainingBatch();
            foreach (var length in new[] { 21, 12 })
            {
                int[] tokens = [.. Enumerable.Range(step, length + 1).Select(static t => t * t * 13 % Vocabulary)];
                batch.Add(tokens.AsSpan(0, length), tokens.AsSpan(1, length));
            }

            model.ZeroGradients();
            losses[step] = pass.AddGradients(batch, batch.TargetCount).Loss(1e-4);
            optimizer.Step(step + 1, LearningRate, optimizer.GradientNorm(), clipNorm: 1);
        }

        return (losses, model.Parameters.ToDictionary(static p => p.Name, static p => p.Values.ToArray<float>()));
    }
}
