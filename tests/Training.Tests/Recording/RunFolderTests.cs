using System.Text.Json.Nodes;
using PlamoNative.Engine;
using PlamoNative.Training.Recording;
using Xunit;

namespace PlamoNative.Tests.Training.Recording;

/// <summary>The folder of a run.</summary>
public sealed class RunFolderTests
{
    [Fact]
    public void A_new_run_has_its_files_and_an_old_one_is_not_written_over()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["deep/run"]);
        Assert.False(RunFolder.HoldsRun(folder.Root));
        using (var recorder = folder.Start("model: nano\n", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 1);
            recorder.OnSample(1, "story", "昔々、", "ある所に");
            Assert.Equal("昔々、ある所に\n", File.ReadAllText(Path.Combine(folder.SamplesFolder, "step-00000001-story.txt")));
        }

        Assert.Equal("model: nano\n", File.ReadAllText(folder.ConfigFile));
        Assert.Equal(
            ["checkpoints", "config.yaml", "environment.json", "events.out.tfevents", "metrics.csv", "metrics.jsonl", "samples"],
            Directory.EnumerateFileSystemEntries(folder.Root).Select(e => Path.GetFileName(e)!).Select(n => n.StartsWith("events", StringComparison.Ordinal) ? n[..19] : n)
                .Order(StringComparer.Ordinal));
        Assert.True(RunFolder.HoldsRun(folder.Root));
        Assert.Contains("holds a run already", Assert.Throws<IOException>(() => RunFolder.Create(folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Going_on_without_a_folder_says_so() =>
        Assert.StartsWith("no-such-run: ", Assert.Throws<DirectoryNotFoundException>(() => RunFolder.Open("no-such-run")).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_start_is_described()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        folder.Start("", RunSamples.Start()).Dispose();
        folder.Start("", RunSamples.Start(4) with { ThreadCount = 1 }).Dispose();

        var starts = JsonNode.Parse(File.ReadAllText(folder.EnvironmentFile))!["starts"]!.AsArray();

        Assert.Equal(2, starts.Count);
        var (first, second) = (starts[0]!.AsObject(), starts[1]!.AsObject());
        Assert.Null(first["resumed_from"]);
        Assert.Equal(4, (int)second["resumed_from"]!);
        Assert.Equal([2, 1], starts.Select(s => (int)s!["threads"]!));
        Assert.Equal("2026-01-02T03:04:05.678Z", (string)first["time"]!);
        Assert.Equal(CpuInfo.ModelName, (string)first["cpu"]!);
        Assert.Equal(8, (int)first["seeds"]!["init"]!);
        foreach (var key in (string[])["instruction_set", "simd_bits", "logical_processors", "memory_bytes", "runtime", "version", "operating_system"])
        {
            Assert.NotNull(first[key]);
        }
    }

    [Fact]
    public void A_damaged_environment_is_named()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        File.WriteAllText(folder.EnvironmentFile, "{");

        Assert.Contains("environment.json", Assert.Throws<ModelFormatException>(() => folder.Start("", RunSamples.Start(1))).Message, StringComparison.Ordinal);
    }
}
