using System.Text;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Training.Data;

namespace PlamoNative.Training.Tests.Data;

/// <summary>A folder of its own for a test, with writers for small corpora.</summary>
internal sealed class DataFiles : IDisposable
{
    private static readonly Lazy<PlamoTokenizer> Small = new(MakeTokenizer);

    /// <summary>A tokenizer of bytes, a few letters and pairs of them, with BOS and EOS.</summary>
    internal static PlamoTokenizer Tokenizer => Small.Value;

    internal string Root { get; } = Directory.CreateTempSubdirectory("plamo-data-").FullName;

    internal string Shards => Path.Combine(Root, "shards");

    internal string this[string name] => Path.Combine(Root, name);

    internal string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    internal string Write(string name, byte[] bytes)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Options of one corpus.</summary>
    internal DataOptions Options(CorpusOptions corpus, int sequenceLength = 8, int batchTokens = 32) => new()
    {
        Sources = [corpus],
        ShardFolder = Shards,
        SequenceLength = sequenceLength,
        BatchTokens = batchTokens,
        Threads = 2,
        Seed = 7,
    };

    /// <summary>Shards of one corpus, both sides.</summary>
    internal (TokenDataset Training, TokenDataset HeldOut) Open(CorpusOptions corpus, double heldOut = 0, int threads = 1, long tokensPerShard = 1 << 20, IProgress<DataProgress>? progress = null) =>
        new ShardStore(Shards, Tokenizer, progress, CancellationToken.None).Open(
            corpus, new ShardOptions { AddBos = true, AddEos = true, HeldOutFraction = heldOut, Threads = threads, TokensPerShard = tokensPerShard });

    /// <summary>A dataset with documents of given numbers of inputs: document d begins with BOS, then d times ten thousand and counting would not fit, so ids cycle.</summary>
    internal TokenDataset Dataset(params int[] inputs)
    {
        var path = this[$"d{Guid.NewGuid():N}.tokens"];
        var hash = new byte[32];
        using (var writer = new TokenShardWriter(path, Vocabulary, hash))
        {
            for (var document = 0; document < inputs.Length; document++)
            {
                writer.Add([.. Enumerable.Range(0, inputs[document] + 1).Select(place => IdOf(document, place))], 0, inputs[document], (uint)inputs[document]);
            }

            writer.Commit();
        }

        return TokenDataset.Open("test", "fingerprint", [path], hash, verify: true);
    }

    /// <summary>Vocabulary of <see cref="Dataset"/>: ids take four bytes.</summary>
    internal const int Vocabulary = 1 << 24;

    /// <summary>The id of <see cref="Dataset"/> that tells document and place.</summary>
    internal static int IdOf(int document, int place) => (document << 12) + place;

    internal static string TextOf(TokenDataset dataset, long document)
    {
        var count = (int)dataset.InputsOf(document);
        var ids = new int[count + 1];
        dataset.Read(document, 0, ids, new int[count]);
        return Tokenizer.Decode(ids, skipControlTokens: true);
    }

    internal static List<string> Texts(TokenDataset dataset) => [.. Enumerable.Range(0, (int)dataset.DocumentCount).Select(document => TextOf(dataset, document))];

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static PlamoTokenizer MakeTokenizer()
    {
        var texts = new List<string> { "<|plamo:unk|>", "<|plamo:bos|>", "<|plamo:eos|>", "<|plamo:pad|>" };
        var types = new List<TokenType> { TokenType.Unknown, TokenType.Control, TokenType.Control, TokenType.Control };
        for (var value = 0; value < 256; value++)
        {
            texts.Add($"<0x{value:X2}>");
            types.Add(TokenType.Byte);
        }

        foreach (var piece in new[] { "a", "b", "c", "d", "ab", "cd", "abc", "猫", "犬", "は", "。", "猫は", "です", " ", "\n" })
        {
            texts.Add(piece);
            types.Add(TokenType.Normal);
        }

        var scores = texts.Select((text, id) => types[id] == TokenType.Normal ? -3.0 - 0.5 * text.Length : 0).ToArray();
        return new PlamoTokenizer(TokenizerFile.Create("small", texts, scores, types));
    }
}
