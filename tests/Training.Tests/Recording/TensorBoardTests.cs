using System.Text;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Recording;
using Xunit;

namespace PlamoNative.Tests.Training.Recording;

/// <summary>Event files: frames, messages, restarts.</summary>
public sealed class TensorBoardTests
{
    [Fact]
    public void The_checksum_gives_the_published_value() => Assert.Equal(0xE3069283u, TfRecords.Crc("123456789"u8));

    [Fact]
    public void Both_checksums_agree_at_every_length()
    {
        var bytes = Encoding.ASCII.GetBytes("frames are as long as they are");
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(TfRecords.MaskedCrc(bytes.AsSpan(0, length)), Crc32C.Masked(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Frames_hold_the_numbers_and_texts_with_step_and_time()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        var text = string.Concat(Enumerable.Repeat("日本語のれい。", 40));
        using (var recorder = folder.Start("", RunSamples.Start()))
        {
            recorder.OnStep(RunSamples.Step(3));
            recorder.OnValidation(RunSamples.Validation(3));
            recorder.OnValidation(RunSamples.Validation(3, "ema") with { BitsPerByte = double.NaN });
            recorder.OnIncident(new TrainingIncident(3, "data", "gone"));
            recorder.OnSample(3, "story", "むかし", text);
        }

        var events = TfRecords.Read(Assert.Single(Directory.GetFiles(folder.Root, "events.out.tfevents.*")));

        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal(7, events.Count);
        Assert.Equal(1L, events[1].Session);
        events.RemoveAt(1);
        Assert.All(events.Skip(1), e => Assert.Equal(3, e.Step));
        Assert.All(events, e => Assert.Equal(1767323045.678, e.WallTime));
        var step = RunSamples.Step(3);
        Assert.Equal(
            [
                ("train/cross_entropy", (float)step.CrossEntropy), ("train/gradient_norm", (float)step.GradientNorm), ("train/learning_rate", (float)step.LearningRate),
                ("train/loss", (float)step.Loss), ("train/mfu", (float)(step.FlopsPerSecond / 1e11)), ("train/tokens_per_second", 2048f),
            ],
            events[1].Scalars.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value)));
        Assert.Equal(["validation/bits_per_byte", "validation/loss"], events[2].Scalars.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["validation_ema/loss"], events[3].Scalars.Keys);
        Assert.Equal("data: gone", events[4].Texts["incidents"]);
        Assert.Equal($"**むかし** {text}", events[5].Texts["samples/story"]);
    }

    [Fact]
    public void A_run_that_goes_on_starts_a_later_file_at_the_step_to_come()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        foreach (var start in new[] { RunSamples.Start(), RunSamples.Start(4), RunSamples.Start() })
        {
            using var recorder = folder.Start("", start);
            RunSamples.Play(recorder, start.ResumedFrom ?? 0, 6);
        }

        var files = Directory.GetFiles(folder.Root, "events.out.tfevents.*").Order(StringComparer.Ordinal).Select(TfRecords.Read).ToArray();

        Assert.Equal(3, files.Length);
        Assert.Equal((1L, 0L), (files[0][1].Session, files[0][1].Step));
        Assert.Equal((1L, 5L), (files[1][1].Session, files[1][1].Step));
        Assert.Equal((1L, 0L), (files[2][1].Session, files[2][1].Step));
    }
}
