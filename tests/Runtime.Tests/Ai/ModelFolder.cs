using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Tests.Ai;

/// <summary>A Hugging Face folder with a small random model and a byte-level tokenizer, deleted at the end.</summary>
public sealed class ModelFolder : IDisposable
{
    public ModelFolder()
    {
        var configuration = new Plamo2Configuration
        {
            VocabSize = ByteLevelVocabulary.Count, HiddenSize = 32, LayerCount = 4, IntermediateSize = 48, QueryHeads = 4, KeyValueHeads = 2, HeadSize = 8,
            SsmHeads = 4, StateSize = 8, WindowSize = 16,
        };
        HuggingFaceWriter.Save(Path, new RandomWeights(configuration, 3), new PlamoTokenizer(ByteLevelVocabulary.Create()));
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"plamo-test-{Guid.NewGuid():N}");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
