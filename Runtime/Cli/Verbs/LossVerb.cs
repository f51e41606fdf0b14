using System.CommandLine;
using System.Runtime.InteropServices;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Training.Data;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Models;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo loss</c>: the trainer's loss of a packed batch and its gradients, for whoever compares implementations.</summary>
internal sealed class LossVerb : Verb
{
    private readonly ModelInput _model = new();
    private readonly Option<string> _batch = CommonOptions.Text(
        "--batch", "FILE.json", "The batch: {\"tokens\", \"sequence_offsets\", \"targets\"}; a target of -1 is none.");

    private readonly Option<string> _zLoss = CommonOptions.Text("--z-loss", "W", "Weight of the mean squared log-sum-exp. [default: 0]");
    private readonly Option<string> _out = CommonOptions.Text("--out", "FILE.safetensors", "Write cross_entropy and logsumexp of every token.");
    private readonly Option<string> _gradients = CommonOptions.Text("--gradients", "FILE.safetensors", "Write the gradient of every parameter under its Hugging Face name.");
    private readonly Option<string> _precision = CommonOptions.Text("--precision", "float32|float64", "What everything is computed and written in. [default: float32]");

    internal override IEnumerable<Option> Options => [.. _model.WhichOptions, _batch, _zLoss, _out, _gradients, _precision];

    internal override int Run(VerbContext context)
    {
        var batchPath = context.Values.Required(_batch, "a JSON file");
        var zLoss = context.Values.Number(_zLoss, 0, double.MaxValue, 0);
        var precision = context.Values.Choice(_precision, ["float32", "float64"]) == "float64" ? DType.Float64 : DType.Float32;
        var outputs = new[] { context.Values.Text(_out), context.Values.Text(_gradients) };
        using var device = context.OpenDevice();
        using var loaded = _model.Open(context, device);
        var batch = BatchInput.Read(batchPath, loaded.Configuration.VocabSize);
        foreach (var output in outputs)
        {
            if (output is not null)
            {
                OutputCheck.File(output);
            }
        }

        context.Accept(device);
        using var model = TrainableModel.Create(new ModelWeightSource(loaded.Model), device, precision);
        using var pass = new GradientPass(model) { ZLossWeight = zLoss };
        if (outputs[0] is { } tokensPath)
        {
            WriteTokens(tokensPath, pass, batch, device, precision);
        }

        context.Cancellation.ThrowIfCancellationRequested();
        var sums = pass.AddGradients(batch, batch.TargetCount);
        if (outputs[1] is { } gradientsPath)
        {
            WriteGradients(gradientsPath, model);
        }

        Print(context, sums, zLoss, GradientNorm.Of([.. model.Parameters.Select(static parameter => parameter.Gradient)]));
        return ExitCodes.Done;
    }

    private static void WriteTokens(string path, GradientPass pass, TrainingBatch batch, Device device, DType type)
    {
        var count = batch.Tokens.Length;
        using var crossEntropy = Tensor.Allocate(device, new Shape(count), DType.Float64);
        using var logSumExp = Tensor.Allocate(device, new Shape(count), DType.Float64);
        pass.Score(batch, everyToken: true, crossEntropy, logSumExp);
        using var file = SafetensorsWriter.Create(path, [new("cross_entropy", type, [count]), new("logsumexp", type, [count])]);
        foreach (var tensor in file.Tensors)
        {
            var values = (tensor.Name == "logsumexp" ? logSumExp : crossEntropy).ToArray<double>();
            file.Append(tensor.Name, type == DType.Float64 ? MemoryMarshal.AsBytes<double>(values) : MemoryMarshal.AsBytes<float>(Array.ConvertAll(values, static value => (float)value)));
        }

        file.Complete();
    }

    private static unsafe void WriteGradients(string path, TrainableModel model)
    {
        var gradients = model.Parameters.ToDictionary(static parameter => parameter.Name, static parameter => parameter.Gradient);
        using var host = new CpuDevice(threadCount: 1);
        using var file = SafetensorsWriter.Create(path, gradients.Select(static pair => new TensorDeclaration(pair.Key, pair.Value.DType, Sizes(pair.Value))));
        foreach (var tensor in file.Tensors)
        {
            using var gradient = gradients[tensor.Name].To(host);
            file.Append(tensor.Name, gradient.Pointer, gradient.DType.Bytes(gradient.ElementCount));
        }

        file.Complete();
    }

    private static long[] Sizes(Tensor tensor) => [.. Enumerable.Range(0, tensor.Shape.Rank).Select(axis => tensor.Shape[axis])];

    private static void Print(VerbContext context, CrossEntropySums sums, double zLoss, double gradientNorm)
    {
        var (loss, crossEntropy) = (sums.Loss(zLoss), sums.CrossEntropy / sums.TargetCount);
        var zPart = zLoss * sums.SquaredLogSumExp / sums.TargetCount;
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                writer.WriteFinite("loss", loss);
                writer.WriteFinite("cross_entropy", crossEntropy);
                writer.WriteFinite("z_loss", zPart);
                writer.WriteNumber("target_count", sums.TargetCount);
                writer.WriteFinite("gradient_norm", gradientNorm);
            });
        }
        else
        {
            context.Streams.OutputWriter.WriteLine(
                $"loss {Units.Text(loss, "R")}  cross-entropy {Units.Text(crossEntropy, "R")}  z-loss {Units.Text(zPart, "R")}  targets {sums.TargetCount}  gradient norm {Units.Text(gradientNorm, "R")}");
        }
    }
}
