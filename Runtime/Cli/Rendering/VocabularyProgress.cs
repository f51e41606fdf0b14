using System.Globalization;
using PlamoNative.Cli.Verbs;
using PlamoNative.Engine;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Cli.Rendering;

/// <summary>Shows the rounds of a tokenizer's training; the trainer's first report says that the texts and the size are fine.</summary>
internal sealed class VocabularyProgress(VerbContext context, Device device, UnigramTrainerOptions options) : IProgress<UnigramTrainerProgress>, IDisposable
{
    private readonly ProgressDisplay _display = context.StartProgress("training the tokenizer", "steps");
    private double _total;
    private int _done;

    internal double NatsPerCharacter { get; private set; } = double.NaN;

    public void Report(UnigramTrainerProgress value)
    {
        if (_done++ == 0)
        {
            context.Accept(device);
            var prunings = Math.Ceiling(Math.Log((double)value.TargetCount / value.PieceCount) / Math.Log(options.KeepShare));
            _total = options.SubIterations * (1 + Math.Max(0, prunings));
        }

        NatsPerCharacter = value.NatsPerCharacter;
        _display.Report(_done, Math.Max(_total, _done), string.Create(
            CultureInfo.InvariantCulture, $"{value.PieceCount} of {value.TargetCount} pieces, {value.NatsPerCharacter:0.000} nats a character"));
    }

    public void Dispose() => _display.Dispose();
}
