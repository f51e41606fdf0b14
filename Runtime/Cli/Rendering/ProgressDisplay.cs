using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace PlamoNative.Cli.Rendering;

/// <summary>Progress with rate and time left: a live line on a terminal, a plain line now and then elsewhere. All of it on standard error.</summary>
internal sealed class ProgressDisplay(CommandStreams streams, Notices notices)
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    /// <summary>Runs work that reports how far it is.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="total">Units in all.</param>
    /// <param name="unit">The unit's plural: tokens, rounds, bytes.</param>
    /// <param name="work">Calls its argument with the units done so far and, where there is one, a word on how it goes.</param>
    internal T Run<T>(string title, double total, string unit, Func<Action<double, string?>, T> work)
    {
        if (!streams.ErrorIsTerminal)
        {
            return RunPlain(title, total, unit, work);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(streams.ErrorWriter), Ansi = AnsiSupport.Yes });
        var clock = Stopwatch.StartNew();
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .Start(live =>
            {
                var task = live.AddTask(Markup.Escape(title), maxValue: Math.Max(total, 1));
                return work((done, note) =>
                {
                    task.Value = done;
                    task.Description = Markup.Escape($"{title} {Rate(done, unit, clock.Elapsed)}{(note is null ? "" : $" {note}")}");
                });
            });
    }

    private T RunPlain<T>(string title, double total, string unit, Func<Action<double, string?>, T> work)
    {
        var clock = Stopwatch.StartNew();
        var next = PlainInterval;
        return work((done, note) =>
        {
            var elapsed = clock.Elapsed;
            if (elapsed < next)
            {
                return;
            }

            next = elapsed + PlainInterval;
            var left = done > 0 ? TimeSpan.FromSeconds(Math.Round(elapsed.TotalSeconds * (total - done) / done)) : (TimeSpan?)null;
            notices.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{title}: {done:0.##} of {total:0.##} {unit}, {Rate(done, unit, elapsed)}{(left is null ? "" : $", {left:c} left")}{(note is null ? "" : $", {note}")}"));
        });
    }

    private static string Rate(double done, string unit, TimeSpan elapsed) =>
        string.Create(CultureInfo.InvariantCulture, $"{done / Math.Max(elapsed.TotalSeconds, 1e-3):0.0} {unit}/s");
}
