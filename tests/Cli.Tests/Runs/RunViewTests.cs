using PlamoNative.Cli.Rendering;
using PlamoNative.Cli.Runs;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Recording;
using Spectre.Console;
using Xunit;

namespace PlamoNative.Cli.Tests.Runs;

/// <summary>What a person sees of a run, from records and a clock that is set by hand.</summary>
public sealed class RunViewTests
{
    private readonly HandClock _clock = new();

    [Theory]
    [InlineData(new double[0], 8, "")]
    [InlineData(new[] { 3.0 }, 8, "▁")]
    [InlineData(new[] { 8.0, 7, 6, 5, 4, 3, 2, 1 }, 8, "█▇▆▅▄▃▂▁")]
    [InlineData(new[] { 8.0, 8, 1, 1 }, 2, "█▁")]
    [InlineData(new[] { 1.0, double.NaN, 2 }, 3, "▁ █")]
    [InlineData(new[] { double.NaN }, 3, "")]
    public void A_sparkline_has_eight_heights(double[] values, int width, string line) => Assert.Equal(line, Sparkline.Of(values, width));

    [Fact]
    public void Time_left_follows_steps_or_time_whichever_ends_first()
    {
        var bySteps = new RunProgress(null, 0, _clock);
        var byTime = new RunProgress(TimeSpan.FromSeconds(15), 0, _clock);
        Assert.Null(bySteps.TimeLeft);
        _clock.Advance(10);
        bySteps.Add(Step(4, 12));
        bySteps.Add(Step(5, 12));
        byTime.Add(Step(1, 0));
        Assert.Equal(TimeSpan.FromSeconds(35), bySteps.TimeLeft);
        Assert.Equal(TimeSpan.FromSeconds(5), byTime.TimeLeft);
        Assert.Equal(5.0 / 12, bySteps.Share);
        Assert.Equal(10.0 / 15, byTime.Share);
    }

    [Fact]
    public void Utilization_is_a_share_of_the_measured_rate_if_there_is_one()
    {
        var known = new RunProgress(null, 1e9, _clock);
        known.Add(Step(1, 2));
        Assert.Equal("MFU 40 % of 1 GFLOP/s", known.Utilization());
        var unknown = new RunProgress(null, 0, _clock);
        unknown.Add(Step(1, 2));
        Assert.Equal("0.4 GFLOP/s", unknown.Utilization());
    }

    [Fact]
    public void A_skipped_step_moves_no_loss()
    {
        var progress = new RunProgress(null, 0, _clock);
        progress.Add(Step(1, 3));
        progress.Add(Step(2, 3) with { Loss = double.NaN, Skipped = true });
        Assert.Equal([4.0], progress.Losses);
    }

    [Fact]
    public void Plain_lines_come_at_most_once_a_second()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var notices = new Notices(text);
        notices.Open("device");
        using (var view = new PlainRunView(notices, new RunProgress(null, 0, _clock)))
        {
            for (var step = 1; step <= 100; step++)
            {
                view.OnStep(Step(step, 100));
                _clock.Advance(0.05);
            }

            view.OnIncident(new TrainingIncident(100, "skipped", "a line\nbreak"));
        }

        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Count(static line => line.StartsWith("step ", StringComparison.Ordinal)), 5, 7);
        Assert.Contains("skipped: a line\\u000abreak", lines);
        Assert.StartsWith("step 100 of 100: loss 4.0000, learning rate 1.00e-3, gradient norm 0.500, 1,000 tokens/s", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_panel_shows_everything_that_a_person_asks_for()
    {
        var progress = new RunProgress(null, 1e9, _clock);
        _clock.Advance(60);
        progress.Add(Step(1, 3));
        progress.Add(new ValidationRecord(0, 0, 7, 2.5, 10, true, "model"));
        progress.Add(new ValidationRecord(1, 100, 6, 2.25, 10, true, "model"));
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 120;
        console.Write(LiveRunView.Render(progress, ["checkpoint: run/checkpoints/step-1"]));
        var panel = text.ToString();
        foreach (var part in new[] { "1 of 3", "4.0000", "▁", "1,000 tokens/s", "MFU 40 %", "1.00e-3", "gradient norm 0.500", "6.0000, 2.250 bits a byte, at first 7.0000", "33 %, 1:00, 2:00 left", "step-1" })
        {
            Assert.Contains(part, panel, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_picture_needs_something_to_draw()
    {
        using var place = new Workplace();
        Assert.False(LossPlot.Write(place["none.png"], new RunMetrics([], [], [], [])));
        Assert.False(File.Exists(place["none.png"]));
        Assert.True(LossPlot.Write(place["one.png"], new RunMetrics([Step(1, 1)], [], [], [])));
        Assert.True(new FileInfo(place["one.png"]).Length > 1000);
    }

    private static StepRecord Step(long step, long total) => new(step, total, 100, 90, step * 100, 4, 4, 0, 1e-3, 0.5, false, 0.1, 4e5, 1 << 20, 0.5);

    private sealed class HandClock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        internal void Advance(double seconds) => _ticks += (long)(seconds * TimeSpan.TicksPerSecond);
    }
}
