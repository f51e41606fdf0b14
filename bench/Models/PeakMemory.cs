using System.Diagnostics;
using System.Globalization;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Bench;

/// <summary>The most memory that a process holds while it prefills 512 tokens and decodes some: measured in a child, since this process has buffers of its own.</summary>
internal static class PeakMemory
{
    /// <summary>How the child is called.</summary>
    public const string Verb = "peak-memory";

    /// <summary>What the child found, in bytes.</summary>
    /// <param name="Peak">Largest resident size of the whole process, .NET included.</param>
    /// <param name="Weights">Bytes of the model's tensors.</param>
    /// <param name="State">Bytes of the sequence's caches.</param>
    public sealed record Figures(long Peak, long Weights, long State);

    /// <summary>Runs a child; null if it failed.</summary>
    public static Figures? Measure(string preset, DType dtype, int threads)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no path");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(PeakMemory).Assembly.Location);
        }

        foreach (var argument in new[] { Verb, preset, dtype.ToString(), threads.ToString(CultureInfo.InvariantCulture) })
        {
            start.ArgumentList.Add(argument);
        }

        using var child = Process.Start(start) ?? throw new InvalidOperationException("the child did not start");
        var words = child.StandardOutput.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        child.WaitForExit();
        return child.ExitCode == 0 && words.Length == 3
            ? new Figures(long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>The child's work; answers the exit code.</summary>
    public static int RunChild(string[] arguments)
    {
        var configuration = Plamo2Presets.Get(arguments[1]).Configuration;
        using var device = new CpuDevice(int.Parse(arguments[3], CultureInfo.InvariantCulture));
        using var model = BenchModel.Create(configuration, device, Enum.Parse<DType>(arguments[2]));
        using var runner = new ModelRunner(model, ActivationMode.Exact);
        runner.Prefill(ModelRunner.Tokens(512, configuration.VocabSize));
        runner.Decode(ModelRunner.Tokens(8, configuration.VocabSize));
        using var self = Process.GetCurrentProcess();
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{self.PeakWorkingSet64} {model.ByteLength} {runner.StateBytes}"));
        return 0;
    }
}
