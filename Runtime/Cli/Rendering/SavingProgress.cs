using PlamoNative.Cli.Verbs;

namespace PlamoNative.Cli.Rendering;

/// <summary>Shows how much of a checkpoint is written, and ends the writing when the command is to stop: the unfinished output then never appears.</summary>
internal sealed class SavingProgress(VerbContext context) : IProgress<(long Done, long Total)>, IDisposable
{
    private const double BytesPerMebibyte = 1 << 20;

    private readonly ProgressDisplay _display = context.StartProgress("writing", "MiB");

    public void Report((long Done, long Total) value)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        _display.Report(value.Done / BytesPerMebibyte, value.Total / BytesPerMebibyte);
    }

    public void Dispose() => _display.Dispose();
}
