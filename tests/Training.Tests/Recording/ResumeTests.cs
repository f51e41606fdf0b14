using System.Text;
using PlamoNative.Engine;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Recording;
using Xunit;

namespace PlamoNative.Tests.Training.Recording;

/// <summary>The records of a run that was killed and went on are those of a run that was never stopped.</summary>
public sealed class ResumeTests
{
    [Theory]
    [InlineData(4, 4)]
    [InlineData(4, 5)]
    [InlineData(4, 7)]
    [InlineData(8, 11)]
    [InlineData(0, 3)]
    public void A_killed_run_that_goes_on_leaves_the_files_of_one_that_never_stopped(long checkpoint, long killed)
    {
        using var place = new RunPlace();
        var whole = RunFolder.Create(place["whole"]);
        using (var recorder = whole.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 12);
        }

        var stopped = RunFolder.Create(place["stopped"]);
        using (var recorder = stopped.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, killed);
        }

        using (var recorder = RunFolder.Open(place["stopped"]).Start("", RunSamples.Start(checkpoint)))
        {
            RunSamples.Play(recorder, checkpoint, 12);
        }

        Assert.Equal(File.ReadAllText(whole.MetricsFile), File.ReadAllText(stopped.MetricsFile));
        Assert.Equal(File.ReadAllText(whole.TableFile), File.ReadAllText(stopped.TableFile));
    }

    [Fact]
    public void Killed_at_any_byte_of_the_log_the_run_goes_on_with_the_same_file()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using (var recorder = folder.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 7);
        }

        var (metrics, table) = (File.ReadAllBytes(folder.MetricsFile), File.ReadAllBytes(folder.TableFile));
        var kept = Encoding.UTF8.GetString(metrics).IndexOf("\"step\":5,", StringComparison.Ordinal);
        for (var cut = kept; cut < metrics.Length; cut += 13)
        {
            File.WriteAllBytes(folder.MetricsFile, metrics[..cut]);
            File.WriteAllBytes(folder.TableFile, table[..^(cut % 40)]);
            using (var recorder = folder.Start("", RunSamples.Start(4)))
            {
                RunSamples.Play(recorder, 4, 7);
            }

            Assert.Equal(metrics, File.ReadAllBytes(folder.MetricsFile));
            Assert.Equal(table, File.ReadAllBytes(folder.TableFile));
        }
    }

    [Fact]
    public void A_checkpoint_that_became_complete_late_keeps_its_record()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using (var recorder = folder.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 3);
            recorder.OnStep(RunSamples.Step(4));
            recorder.OnStep(RunSamples.Step(5));
            recorder.OnCheckpoint(4, "checkpoints/step-4");
            recorder.OnIncident(new TrainingIncident(6, "data", "gone"));
            recorder.OnStep(RunSamples.Step(6));
        }

        folder.Start("", RunSamples.Start(4)).Dispose();

        var metrics = MetricsReader.Read(folder.MetricsFile);
        Assert.Equal([1L, 2, 3, 4], metrics.Steps.Select(s => s.Step));
        Assert.Equal([new CheckpointRecord(4, "checkpoints/step-4")], metrics.Checkpoints);
        Assert.Empty(metrics.Incidents);
    }

    [Fact]
    public void A_run_without_a_checkpoint_begins_its_records_anew()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using (var recorder = folder.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 3);
        }

        using (var recorder = folder.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 2);
        }

        Assert.Equal(2, MetricsReader.Read(folder.MetricsFile).Steps.Count);
        Assert.Single(File.ReadLines(folder.TableFile), line => line.StartsWith("type,", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("metrics.jsonl")]
    [InlineData("metrics.csv")]
    public void Damage_before_the_last_line_is_an_error_with_its_line_and_the_file_stays(string name)
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using (var recorder = folder.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 7);
        }

        var file = Path.Combine(folder.Root, name);
        var lines = File.ReadAllLines(file);
        lines[2] = lines[2][..20];
        File.WriteAllLines(file, lines);

        var failure = Assert.Throws<ModelFormatException>(() => folder.Start("", RunSamples.Start(4)));

        Assert.Contains($"{name}: line 3: expected a record", failure.Message, StringComparison.Ordinal);
        Assert.Equal(lines, File.ReadAllLines(file));
    }
}
