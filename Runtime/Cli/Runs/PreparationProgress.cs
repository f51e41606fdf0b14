using PlamoNative.Cli.Rendering;
using PlamoNative.Cli.Verbs;
using PlamoNative.Engine;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Training.Data;

namespace PlamoNative.Cli.Runs;

/// <summary>Shows what comes before the first step: a tokenizer's training, and texts that become tokens. One display at a time.</summary>
internal sealed class PreparationProgress(VerbContext context, Device device, int vocabSize) : IProgress<UnigramTrainerProgress>, IProgress<DataProgress>, IDisposable
{
    private const double BytesPerMebibyte = 1 << 20;

    private VocabularyProgress? _vocabulary;
    private ProgressDisplay? _data;
    private string? _corpus;

    public void Report(UnigramTrainerProgress value)
    {
        _vocabulary ??= new VocabularyProgress(context, device, new UnigramTrainerOptions { VocabSize = vocabSize });
        _vocabulary.Report(value);
    }

    public void Report(DataProgress value)
    {
        context.Accept(device);
        _vocabulary?.Dispose();
        if (value.Message is { } message)
        {
            context.Notices.Add(OneLineText.Clean($"data: {message}"));
            return;
        }

        if (_corpus != value.Corpus)
        {
            _data?.Dispose();
            _corpus = value.Corpus;
            _data = context.StartProgress($"reading {OneLineText.Clean(value.Corpus)}", "MiB");
        }

        _data!.Report(value.BytesDone / BytesPerMebibyte, value.TotalBytes / BytesPerMebibyte, $"{Units.Count(value.TokenCount)} tokens");
    }

    public void Dispose()
    {
        _vocabulary?.Dispose();
        _data?.Dispose();
    }
}
