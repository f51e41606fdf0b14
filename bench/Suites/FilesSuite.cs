using System.Diagnostics;
using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Bench;

/// <summary>Loading of a mapped checkpoint with a vocabulary of full size, and the start of a published executable.</summary>
internal sealed class FilesSuite : IBenchSuite
{
    /// <inheritdoc/>
    public string Name => "files";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        if (context.Wants("load-folder") || context.Wants("load-gguf"))
        {
            var folder = Directory.CreateTempSubdirectory("plamo-bench-");
            try
            {
                Load(context, folder.FullName);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        if (context.Wants("start-up") && context.Options.PlamoExecutable is { } executable)
        {
            StartUp(context, executable);
        }
    }

    private static void Load(BenchContext context, string folder)
    {
        var preset = Plamo2Presets.Get(context.Options.Preset);
        var source = new TiledWeights(preset.Configuration);
        var tokenizer = SyntheticVocabulary.Create(preset.Configuration.VocabSize);
        if (context.Wants("load-folder"))
        {
            var path = Path.Combine(folder, "model");
            HuggingFaceWriter.Save(path, source, tokenizer, new HuggingFaceSaveOptions { MatrixType = DType.BFloat16 });
            Open(context, "load-folder", preset.Name, path, "bf16");
        }

        if (context.Wants("load-gguf"))
        {
            var path = Path.Combine(folder, "model.gguf");
            GgufModelWriter.Write(path, source, tokenizer, DType.Q8_0, preset.Name);
            Open(context, "load-gguf", preset.Name, path, "q8_0");
        }
    }

    private static void Open(BenchContext context, string name, string preset, string path, string dtype)
    {
        var device = context.Device(context.Options.Threads[^1]);
        Record(context, name, $"{preset} with its tokenizer, file in the page cache", dtype, "under 1 s", () =>
        {
            using var model = ModelLoader.Open(path, device);
        });
    }

    private static void StartUp(BenchContext context, string executable) =>
        Record(context, "start-up", $"{Path.GetFileName(executable)} --help", "process", "under 0.15 s", () =>
        {
            using var process = Process.Start(new ProcessStartInfo(executable, "--help") { RedirectStandardOutput = true, RedirectStandardError = true })
                ?? throw new InvalidOperationException($"{executable} did not start");
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{executable} --help ended with exit code {process.ExitCode}");
            }
        });

    /// <summary>Times a few runs; the first one, with cold code and files, is told in the note.</summary>
    private static void Record(BenchContext context, string name, string shape, string dtype, string target, Action run)
    {
        var seconds = new double[context.Options.Rounds + 1];
        for (var i = 0; i < seconds.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            run();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        var median = Statistics.Median(seconds.AsSpan(1));
        context.Add(BenchResult.Single(name, shape, dtype, context.Options.Threads[^1], 1e3 * median, median, "s", target, FormattableString.Invariant($"first run {seconds[0]:F3} s")) with
        {
            Spread = Statistics.Spread(seconds.AsSpan(1)),
            Rounds = context.Options.Rounds,
        });
    }
}
