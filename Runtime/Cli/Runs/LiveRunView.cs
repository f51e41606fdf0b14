using System.Globalization;
using PlamoNative.Cli.Rendering;
using PlamoNative.Training.Loop;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PlamoNative.Cli.Runs;

/// <summary>A run on a terminal: one panel that is drawn again a few times a second; incidents and scores stay below it.</summary>
internal sealed class LiveRunView : IRunView
{
    private const int CurveWidth = 60;
    private const int BarWidth = 40;
    private const int MostMessages = 6;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly RunProgress _progress;
    private readonly Queue<string> _messages = new();
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LiveDisplayContext _live;
    private readonly Task _display;
    private TimeSpan _next;

    /// <param name="terminal">Where to draw.</param>
    /// <param name="progress">What to draw.</param>
    internal LiveRunView(TextWriter terminal, RunProgress progress)
    {
        _progress = progress;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal), Interactive = InteractionSupport.Yes });
        var started = new TaskCompletionSource<LiveDisplayContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        _display = Task.Run(() => console.Live(new Text("")).AutoClear(false).StartAsync(async live =>
        {
            started.SetResult(live);
            await _end.Task.ConfigureAwait(false);
        }));
        _live = started.Task.GetAwaiter().GetResult();
    }

    public void OnStep(in StepRecord step)
    {
        _progress.Add(step);
        if (_progress.Elapsed >= _next)
        {
            Draw();
        }
    }

    public void OnValidation(in ValidationRecord validation)
    {
        _progress.Add(validation);
        Message(PlainRunView.LineOf(validation));
    }

    public void OnIncident(in TrainingIncident incident) => Message($"{incident.Kind}: {incident.Message}");

    public void OnCheckpoint(long step, string folder) => Message($"checkpoint: {folder}");

    public void Message(string line)
    {
        _messages.Enqueue(OneLineText.Clean(line));
        if (_messages.Count > MostMessages)
        {
            _messages.Dequeue();
        }

        Draw();
    }

    public void Dispose()
    {
        Draw();
        _end.TrySetResult();
        _display.GetAwaiter().GetResult();
    }

    private void Draw()
    {
        _next = _progress.Elapsed + Interval;
        _live.UpdateTarget(Render(_progress, _messages));
    }

    /// <summary>The panel and the lines below it.</summary>
    internal static IRenderable Render(RunProgress progress, IEnumerable<string> messages)
    {
        var grid = new Grid().AddColumn().AddColumn();
        var step = progress.Step;
        if (step.Step > 0)
        {
            var of = step.TotalSteps > 0 ? FormattableString.Invariant($" of {step.TotalSteps}") : "";
            Row("step", FormattableString.Invariant($"{step.Step}{of}, epoch {step.Epoch:0.00}, {Units.Count(step.TotalTokens)} tokens"));
            Row("loss", FormattableString.Invariant($"{progress.Loss:0.0000}  {Sparkline.Of(progress.Losses, CurveWidth)}"));
            Row("rate", FormattableString.Invariant($"{Units.Count((long)progress.TokensPerSecond)} tokens/s, {progress.Utilization()}, {Units.Bytes(step.PeakBytes)} at most"));
            Row("learning rate", FormattableString.Invariant($"{step.LearningRate:0.00e+0}, gradient norm {step.GradientNorm:0.000}"));
        }

        if (progress.Validation is { } validation)
        {
            var bits = double.IsFinite(validation.BitsPerByte) ? FormattableString.Invariant($", {validation.BitsPerByte:0.000} bits a byte") : "";
            Row("held-out text", FormattableString.Invariant($"{validation.Loss:0.0000}{bits}, at first {progress.FirstValidation!.Value.Loss:0.0000}"));
        }

        var filled = (int)Math.Round(progress.Share * BarWidth);
        var left = progress.TimeLeft is { } time ? $", {RunProgress.Short(time)} left" : "";
        Row("time", string.Create(CultureInfo.InvariantCulture,
            $"{new string('━', filled)}{new string('╌', BarWidth - filled)} {100 * progress.Share:0} %, {RunProgress.Short(progress.Elapsed)}{left}"));
        var panel = new Panel(grid).Header("training").Border(BoxBorder.Rounded);
        return new Rows([panel, .. messages.Select(static line => new Text(line))]);

        void Row(string name, string value) => grid.AddRow(new Text(name), new Text(value).Ellipsis());
    }
}
