using PlamoNative.Training.Recording;
using Xunit;

namespace PlamoNative.Tests.Training.Recording;

/// <summary>What a recorder does when the disk does not.</summary>
public sealed class RecordingFailureTests
{
    [Theory]
    [InlineData("metrics.jsonl")]
    [InlineData("metrics.csv")]
    public void A_full_disk_is_one_error_that_names_the_file(string name)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no device that is always full");
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        File.CreateSymbolicLink(Path.Combine(folder.Root, name), "/dev/full");

        var failure = Assert.Throws<IOException>(() =>
        {
            using var recorder = folder.Start("", RunSamples.Start());
            recorder.OnStep(RunSamples.Step(1));
        });

        Assert.Equal($"{Path.Combine(folder.Root, name)}: cannot be written: No space left on device", failure.Message);
    }

    [Fact]
    public void A_folder_that_goes_is_an_error_at_the_next_step()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "open files cannot be removed here");
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using var recorder = folder.Start("", RunSamples.Start());
        recorder.OnStep(RunSamples.Step(1));
        Directory.Delete(folder.Root, recursive: true);

        var failure = Assert.ThrowsAny<IOException>(() => recorder.OnStep(RunSamples.Step(2)));

        Assert.StartsWith($"{folder.MetricsFile}: cannot be written: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_steady_step_allocates_next_to_nothing()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using var recorder = folder.Start("", RunSamples.Start() with { Clock = TimeProvider.System });
        RunSamples.Play(recorder, 0, 10);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 11; step <= 110; step++)
        {
            recorder.OnStep(RunSamples.Step(step));
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 2048);
    }
}
