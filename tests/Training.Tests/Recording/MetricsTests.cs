using System.Globalization;
using System.Text;
using PlamoNative.Engine;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Recording;
using Xunit;

namespace PlamoNative.Tests.Training.Recording;

/// <summary>metrics.jsonl and metrics.csv: what is written is read back.</summary>
public sealed class MetricsTests
{
    [Fact]
    public void Every_field_is_read_back_bit_for_bit_while_the_recorder_is_open()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using var recorder = folder.Start("", RunSamples.Start());
        StepRecord[] steps =
        [
            RunSamples.Step(1),
            RunSamples.Step(2) with { Loss = double.NaN, GradientNorm = double.PositiveInfinity, CrossEntropy = double.NegativeInfinity, Skipped = true },
            RunSamples.Step(3) with { Loss = double.Epsilon, LearningRate = 0.1 + 0.2, ZLoss = double.MaxValue, Epoch = -0.0 },
        ];
        foreach (var step in steps)
        {
            recorder.OnStep(step);
        }

        var validation = RunSamples.Validation(3, "ema") with { BitsPerByte = double.NaN };
        var incident = new TrainingIncident(3, "rollback", "line\nbreak, \"quotes\" & 日本語 🌸");
        recorder.OnValidation(validation);
        recorder.OnIncident(incident);
        recorder.OnCheckpoint(3, "checkpoints/step-3");

        var metrics = MetricsReader.Read(folder.MetricsFile);

        Assert.Equal(steps, metrics.Steps);
        Assert.Equal([validation], metrics.Validations);
        Assert.Equal([incident], metrics.Incidents);
        Assert.Equal([new CheckpointRecord(3, "checkpoints/step-3")], metrics.Checkpoints);
    }

    [Fact]
    public void Numbers_have_a_point_in_every_culture()
    {
        using var place = new RunPlace();
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "minus";
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            var folder = RunFolder.Create(place["run"]);
            using var recorder = folder.Start("", RunSamples.Start());
            recorder.OnStep(RunSamples.Step(3) with { Loss = -1.5 });

            Assert.Contains("\"loss\":-1.5,", File.ReadAllText(folder.MetricsFile), StringComparison.Ordinal);
            Assert.Contains("step,3,1536,0.1,-1.5,", File.ReadAllText(folder.TableFile), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void The_table_has_one_header_and_as_many_cells_in_every_row()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using (var recorder = folder.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 8);
        }

        var rows = File.ReadAllLines(folder.TableFile).Select(row => row.Split(',')).ToArray();

        Assert.Equal(1 + 8 + 4, rows.Length);
        Assert.All(rows, row => Assert.Equal(rows[0].Length, row.Length));
        var (validation, loss) = (rows.First(row => row[0] == "validation"), Array.IndexOf(rows[0], "validation_loss"));
        Assert.Equal("2", validation[loss]);
        Assert.Equal("model", validation[^1]);
        var step = rows[1];
        Assert.Equal("2048", step[Array.IndexOf(rows[0], "tokens_per_second")]);
        Assert.Equal("0.67584", step[Array.IndexOf(rows[0], "mfu")]);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_read_up_to_its_last_whole_line()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using (var recorder = folder.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 3);
        }

        var bytes = File.ReadAllBytes(folder.MetricsFile);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(folder.MetricsFile, bytes[..length]);
            var read = MetricsReader.Read(folder.MetricsFile);
            Assert.Equal(bytes.AsSpan(0, length).Count((byte)'\n'), read.Steps.Count + read.Validations.Count);
        }
    }

    [Fact]
    public void A_changed_byte_gives_records_or_a_typed_error()
    {
        using var place = new RunPlace();
        var folder = RunFolder.Create(place["run"]);
        using (var recorder = folder.Start("", RunSamples.Start()))
        {
            RunSamples.Play(recorder, 0, 7);
        }

        var bytes = File.ReadAllBytes(folder.MetricsFile);
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var changed = (byte[])bytes.Clone();
            changed[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(folder.MetricsFile, changed);
            if (Record.Exception(() => MetricsReader.Read(folder.MetricsFile)) is { } failure)
            {
                Assert.Contains("line ", Assert.IsType<ModelFormatException>(failure).Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_line_without_end_is_refused_instead_of_held_in_memory()
    {
        using var place = new RunPlace();
        File.WriteAllText(place["metrics.jsonl"], new string('x', 3 << 20), Encoding.ASCII);

        Assert.Contains("at most", Assert.Throws<ModelFormatException>(() => MetricsReader.Read(place["metrics.jsonl"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_of_a_wrong_type_is_named()
    {
        using var place = new RunPlace();
        File.WriteAllText(place["metrics.jsonl"], "{\"type\":\"incident\",\"step\":1,\"kind\":\"data\",\"message\":5}\n");

        var failure = Assert.Throws<ModelFormatException>(() => MetricsReader.Read(place["metrics.jsonl"]));

        Assert.EndsWith("metrics.jsonl: line 1, message: expected a text, found 5", failure.Message, StringComparison.Ordinal);
    }
}
