using System.CommandLine;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Verbs;

/// <summary>What a verb works with: option values, streams, and the way notices and progress reach a person.</summary>
internal sealed class VerbContext
{
    private const int MostThreads = 1024;

    private readonly CommonOptions _common;

    internal VerbContext(ParseResult parsed, CommonOptions common, CommandStreams streams, CancellationToken cancellation)
    {
        _common = common;
        Values = new OptionValues(parsed);
        Streams = streams;
        Cancellation = cancellation;
        Notices = new Notices(streams.ErrorWriter);
        IsJson = Values.Has(common.Json);
    }

    internal OptionValues Values { get; }

    internal CommandStreams Streams { get; }

    internal Notices Notices { get; }

    /// <summary>Cancelled by Ctrl-C; verbs stop at their next step.</summary>
    internal CancellationToken Cancellation { get; }

    /// <summary>True when standard output is one JSON object.</summary>
    internal bool IsJson { get; }

    internal string? TracePath => Values.Text(_common.Trace);

    internal ulong Seed => Values.Unsigned(_common.Seed, 0);

    /// <summary>True when a person chose the seed.</summary>
    internal bool HasSeed => Values.IsGiven(_common.Seed);

    /// <summary>Threads asked for; 0 means one per logical processor.</summary>
    internal int Threads => Values.Integer(_common.Threads, 1, MostThreads, 0);

    /// <summary>Opens the device that the person named. The seed is looked at too: a wrong one is wrong even where nothing is random.</summary>
    /// <param name="usualThreads">Threads unless the person says otherwise; 0 means one per logical processor.</param>
    /// <exception cref="DeviceUnavailableException">It is not there; nothing falls back.</exception>
    internal Device OpenDevice(int usualThreads = 0)
    {
        _ = Seed;
        var name = Values.Text(_common.Device) ?? "auto";
        var threads = Threads == 0 ? usualThreads : Threads;
        if (name is not ("auto" or "cpu") && !name.StartsWith("cuda:", StringComparison.Ordinal))
        {
            throw UsageException.ForOption(_common.Device.Name, "auto, cpu or cuda:N", OptionValues.Quoted(name));
        }

        return DeviceCatalog.Open(name, threads);
    }

    /// <summary>Says that every input is fine: prints the device that really runs, then the notices that waited.</summary>
    internal void Accept(Device device)
    {
        Cancellation.ThrowIfCancellationRequested();
        var isChosen = (Values.Text(_common.Device) ?? "auto") != "auto";
        var reason = isChosen ? "" : $"; chosen by auto: {DeviceCatalog.ExplainAuto()}";
        Notices.Open(OneLineText.Clean($"device: {device.Name} ({device.Description}{reason})"));
    }

    /// <summary>Starts a progress display; it shows itself at its first report, which comes after <see cref="Accept"/>.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    internal ProgressDisplay StartProgress(string title, string unit) => new(Streams, Notices, title, unit);
}
