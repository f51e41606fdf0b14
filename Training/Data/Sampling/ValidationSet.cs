using System.Text.Json.Nodes;
using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>
/// Held-out documents in their order, once through: each target comes once, in sequences of at most the sequence length, of which the first
/// <c>context</c> tokens (but not at a document's start) repeat what the sequence before ended with and have no target.
/// </summary>
/// <remarks>
/// Bits a byte are the summed losses of all targets in nats, over ln 2 and over <see cref="TextByteCount"/>. The document's end is among the targets when the
/// tokenizer has an EOS, though no byte of the text stands for it.
/// </remarks>
public sealed class ValidationSet : IBatchSource
{
    private readonly TokenDataset[] _datasets;
    private readonly int _sequenceLength;
    private readonly int _context;
    private readonly int _batchTokens;
    private readonly int[] _ids;
    private readonly int[] _targets;
    private int _dataset;
    private long _document;
    private long _next;

    /// <summary>Serves datasets, which stay the caller's.</summary>
    /// <exception cref="ConfigurationException">Lengths that do not fit.</exception>
    internal ValidationSet(IReadOnlyList<TokenDataset> datasets, int sequenceLength, int context, int batchTokens)
    {
        Require(sequenceLength >= 1, "held_out_sequence_length", "at least 1", sequenceLength);
        Require(context >= 0 && context < sequenceLength, "held_out_context", $"0 to {sequenceLength - 1}", context);
        _datasets = [.. datasets];
        _sequenceLength = sequenceLength;
        _context = context;
        _batchTokens = Math.Max(batchTokens, sequenceLength);
        _ids = new int[sequenceLength + 1];
        _targets = new int[sequenceLength];
    }

    /// <summary>Documents.</summary>
    public long DocumentCount => _datasets.Sum(static dataset => dataset.DocumentCount);

    /// <summary>Tokens that are inputs, each counted once; as many have a target unless prompts are masked.</summary>
    public long TokenCount => _datasets.Sum(static dataset => dataset.InputCount);

    /// <summary>Bytes of the documents' learned text as UTF-8.</summary>
    public long TextByteCount => _datasets.Sum(static dataset => dataset.TextByteCount);

    /// <summary>UTF-16 units of the documents' text.</summary>
    public long CharacterCount => _datasets.Sum(static dataset => dataset.CharacterCount);

    /// <summary>Goes back to the first document.</summary>
    public void Restart() => (_dataset, _document, _next) = (0, 0, 0);

    /// <inheritdoc/>
    public void Next(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        while (_dataset < _datasets.Length)
        {
            var dataset = _datasets[_dataset];
            if (_document == dataset.DocumentCount)
            {
                (_dataset, _document, _next) = (_dataset + 1, 0, 0);
                continue;
            }

            dataset.Guard(_document);
            var context = (int)Math.Min(_context, _next);
            var end = Math.Min(dataset.InputsOf(_document), _next - context + _sequenceLength);
            var length = (int)(end - _next) + context;
            if (batch.Tokens.Length > 0 && batch.Tokens.Length + length > _batchTokens)
            {
                return;
            }

            var ids = _ids.AsSpan(0, length + 1);
            var targets = _targets.AsSpan(0, length);
            dataset.Read(_document, _next - context, ids, targets);
            targets[..context].Fill(Kernels.LinearCrossEntropy.NoTarget);
            batch.Add(ids[..^1], targets);
            _next = end;
            if (end == dataset.InputsOf(_document))
            {
                (_document, _next) = (_document + 1, 0);
            }
        }
    }

    /// <inheritdoc/>
    public JsonObject SavePosition() => new() { ["corpus"] = _dataset, ["document"] = _document, ["token"] = _next };

    /// <inheritdoc/>
    public void Seek(JsonObject position)
    {
        ArgumentNullException.ThrowIfNull(position);
        var json = JsonNode.Parse(position.ToJsonString())!;
        long Value(string key) => json[key] is JsonValue value && value.TryGetValue<long>(out var number)
            ? number
            : throw new ModelFormatException("held-out position", key, "a number", json[key]?.ToJsonString() ?? "nothing");
        var (corpus, document, token) = (Value("corpus"), Value("document"), Value("token"));
        var isValid = corpus >= 0 && corpus <= _datasets.Length && document >= 0 && token >= 0
            && (corpus == _datasets.Length ? document == 0 && token == 0 : IsInside(_datasets[corpus], document, token));
        if (!isValid)
        {
            throw new ModelFormatException("held-out position", "document", "a place in the held-out data", $"corpus {corpus}, document {document}, token {token}");
        }

        (_dataset, _document, _next) = ((int)corpus, document, token);
    }

    /// <summary>Does nothing: the datasets are those of <see cref="TrainingData"/>.</summary>
    public void Dispose()
    {
    }

    private static bool IsInside(TokenDataset dataset, long document, long token) =>
        document < dataset.DocumentCount ? token < dataset.InputsOf(document) : document == dataset.DocumentCount && token == 0;

    private static void Require(bool holds, string key, string expected, int found)
    {
        if (!holds)
        {
            throw new ConfigurationException("data", key, expected, $"{found}");
        }
    }
}
