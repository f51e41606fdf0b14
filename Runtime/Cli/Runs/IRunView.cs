using PlamoNative.Cli.Rendering;
using PlamoNative.Training.Loop;

namespace PlamoNative.Cli.Runs;

/// <summary>Shows a run to a person; disposed when the run has ended.</summary>
internal interface IRunView : ITrainingObserver, IDisposable
{
    /// <summary>Says a line that is no record, such as how far reading the texts is.</summary>
    void Message(string line);

    /// <summary>The view that suits standard error.</summary>
    static IRunView Create(CommandStreams streams, Notices notices, RunProgress progress) =>
        streams.ErrorIsTerminal ? new LiveRunView(streams.ErrorWriter, progress) : new PlainRunView(notices, progress);
}
