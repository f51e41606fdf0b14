using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace PlamoNative.Cli.Rendering;

/// <summary>
/// Progress with rate and time left: a live line on a terminal, a plain line now and then elsewhere. All of it on standard error, and nothing before the
/// first report, so that a bad input found on the way to it stays the only line there.
/// </summary>
internal sealed class ProgressDisplay(CommandStreams streams, Notices notices, string title, string unit) : IDisposable
{
    /// <summary>Columns that bar, share and time take on a terminal; what is longer than the rest would wrap.</summary>
    private const int ColumnsOfBar = 60;

    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _nextPlain = PlainInterval;
    private ProgressTask? _live;
    private int _room;
    private Task? _display;

    /// <summary>Tells how far the work is.</summary>
    /// <param name="done">Units done.</param>
    /// <param name="total">Units in all.</param>
    /// <param name="note">A word on how it goes.</param>
    internal void Report(double done, double total, string? note = null)
    {
        if (streams.ErrorIsTerminal)
        {
            ReportLive(done, total, note);
        }
        else if (_clock.Elapsed >= _nextPlain)
        {
            _nextPlain = _clock.Elapsed + PlainInterval;
            ReportPlain(done, total, note);
        }
    }

    /// <summary>Takes the live line away.</summary>
    public void Dispose()
    {
        _end.TrySetResult();
        _display?.GetAwaiter().GetResult();
    }

    private void ReportPlain(double done, double total, string? note)
    {
        var seconds = _clock.Elapsed.TotalSeconds;
        var left = done > 0 ? $", {TimeSpan.FromSeconds(Math.Round(seconds * (total - done) / done)):c} left" : "";
        notices.Add(string.Create(CultureInfo.InvariantCulture, $"{title}: {done:0} of {total:0} {unit}, {Rate(done)}{left}{(note is null ? "" : $", {note}")}"));
    }

    private void ReportLive(double done, double total, string? note)
    {
        if (_live is null)
        {
            var started = new TaskCompletionSource<ProgressTask>(TaskCreationOptions.RunContinuationsAsynchronously);
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(streams.ErrorWriter), Interactive = InteractionSupport.Yes });
            _room = console.Profile.Width - ColumnsOfBar;
            _display = Task.Run(() => console.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async live =>
                {
                    started.SetResult(live.AddTask(Markup.Escape(title)));
                    await _end.Task.ConfigureAwait(false);
                }));
            _live = started.Task.GetAwaiter().GetResult();
        }

        _live.MaxValue = Math.Max(total, 1);
        _live.Value = done;
        var words = $"{title}, {Rate(done)}";
        _live.Description = Markup.Escape(note is null || words.Length + note.Length > _room ? words : $"{words}, {note}");
    }

    private string Rate(double done) => string.Create(CultureInfo.InvariantCulture, $"{done / Math.Max(_clock.Elapsed.TotalSeconds, 1e-3):0.0} {unit}/s");
}
