using System.Text.Json.Nodes;
using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>
/// Micro-batches of exactly so many tokens out of one dataset or a mixture of several, epoch after epoch. Pieces of full length come first, each a sequence; behind
/// them shorter pieces, and only at the batch's end is one cut: the rest of it opens the short ones of a later batch. No target is lost and none comes twice in an
/// epoch; short pieces at an epoch's end wait for company from the next one.
/// </summary>
/// <remarks>
/// When the sequence length does not divide the batch, the last full piece is cut like a short one. A call that fails leaves the position where it was.
/// <see cref="Next"/> allocates nothing once the batch has grown to its size.
/// </remarks>
internal sealed class PackedBatchSource : IBatchSource
{
    private readonly TokenDataset[] _datasets;
    private readonly PieceOrder[] _orders;
    private readonly Mixture _mixture;
    private readonly int _sequenceLength;
    private readonly int _batchTokens;
    private readonly ulong _seed;
    private readonly WaitingPieces _waiting = new();
    private readonly int[] _ids;
    private readonly int[] _targets;
    private readonly double[] _servedBefore;
    private readonly Cursor[] _cursorsBefore;
    private readonly Cursor[] _cursors;
    private long _drawn;
    private long _given;

    /// <summary>Serves datasets, which stay the caller's.</summary>
    /// <param name="datasets">At least one, none without documents.</param>
    /// <param name="phases">Their weights; one dataset needs no more than one phase.</param>
    /// <param name="sequenceLength">Longest sequence.</param>
    /// <param name="batchTokens">Tokens of a micro-batch.</param>
    /// <param name="seed">Determines all that comes.</param>
    /// <exception cref="ConfigurationException">A length below 1, a batch shorter than a sequence, or weights that do not fit.</exception>
    internal PackedBatchSource(IReadOnlyList<TokenDataset> datasets, IReadOnlyList<MixturePhase> phases, int sequenceLength, int batchTokens, ulong seed)
    {
        Require(sequenceLength >= 1, "sequence_length", "at least 1", sequenceLength);
        Require(batchTokens >= sequenceLength, "batch_tokens", $"at least the sequence length, {sequenceLength}", batchTokens);
        _datasets = [.. datasets];
        _mixture = new Mixture(phases, _datasets.Length);
        _sequenceLength = sequenceLength;
        _batchTokens = batchTokens;
        _seed = seed;
        var seeds = new Philox(seed, 0);
        _orders = [.. _datasets.Select((dataset, index) => new PieceOrder(dataset, sequenceLength, seeds.Block((ulong)index).Low))];
        _ids = new int[sequenceLength + 1];
        _targets = new int[sequenceLength];
        _servedBefore = new double[_datasets.Length];
        _cursors = new Cursor[_datasets.Length];
        _cursorsBefore = new Cursor[_datasets.Length];
        _waiting.Reserve(Math.Min(batchTokens, 1 << 16));
    }

    /// <summary>Tokens given out over the tokens of one pass over all datasets.</summary>
    internal double Epoch => (double)_given / _datasets.Sum(static dataset => dataset.InputCount);

    /// <summary>Tokens given out.</summary>
    internal long TokensGiven => _given;

    /// <inheritdoc/>
    public void Next(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        var drawnBefore = _drawn;
        var waitingBefore = _waiting.All.Length;
        _mixture.Save(_servedBefore);
        _cursors.AsSpan().CopyTo(_cursorsBefore);
        try
        {
            var full = FillWithFullPieces(batch);
            FillWithWaiting(batch, _batchTokens - full);
            _waiting.Remove(_batchTokens - full);
        }
        catch
        {
            batch.Clear();
            _cursorsBefore.AsSpan().CopyTo(_cursors);
            _drawn = drawnBefore;
            _mixture.Restore(_servedBefore, drawnBefore);
            _waiting.Truncate(waitingBefore);
            throw;
        }

        _given += _batchTokens;
    }

    /// <inheritdoc/>
    public JsonObject SavePosition()
    {
        Span<double> served = new double[_datasets.Length];
        _mixture.Save(served);
        var corpora = new BatchPosition.Corpus[_datasets.Length];
        for (var i = 0; i < corpora.Length; i++)
        {
            corpora[i] = new BatchPosition.Corpus(_datasets[i].Fingerprint, _cursors[i].Epoch, _cursors[i].Index, served[i]);
        }

        return new BatchPosition(_seed, _sequenceLength, _drawn, _given, corpora, [.. _waiting.All]).ToJson();
    }

    /// <inheritdoc/>
    public void Seek(JsonObject position)
    {
        ArgumentNullException.ThrowIfNull(position);
        var found = BatchPosition.Read(position);
        found.CheckAgainst(_seed, _sequenceLength, _datasets, _orders);
        var waiting = found.Waiting.ToArray();
        for (var i = 0; i < waiting.Length; i++)
        {
            waiting[i] = BatchPosition.Resolve(waiting[i], _orders);
        }

        _waiting.Truncate(0);
        foreach (var piece in waiting)
        {
            _waiting.Add(piece);
        }

        for (var i = 0; i < _cursors.Length; i++)
        {
            _cursors[i] = new Cursor(found.Corpora[i].Epoch, found.Corpora[i].Index);
        }

        _drawn = found.Drawn;
        _given = found.Given;
        _mixture.Restore([.. found.Corpora.Select(static corpus => corpus.Served)], _drawn);
    }

    /// <summary>Does nothing: the datasets are the caller's.</summary>
    public void Dispose()
    {
    }

    /// <summary>Draws pieces until the full ones in the batch and the waiting ones make a batch; answers the tokens of the former.</summary>
    private int FillWithFullPieces(TrainingBatch batch)
    {
        var full = 0;
        while (full + _waiting.TokenCount < _batchTokens)
        {
            var drawn = Draw();
            _drawn += drawn.Piece.Length;
            _mixture.Count(drawn.Corpus, drawn.Piece.Length);
            if (drawn.Piece.Length == _sequenceLength && _batchTokens - full >= _sequenceLength)
            {
                Add(batch, drawn.Corpus, drawn.Piece);
                full += _sequenceLength;
            }
            else
            {
                _waiting.Add(drawn);
            }
        }

        return full;
    }

    private void FillWithWaiting(TrainingBatch batch, int tokens)
    {
        foreach (ref readonly var waiting in _waiting.All)
        {
            if (tokens == 0)
            {
                return;
            }

            var length = Math.Min(tokens, waiting.Piece.Length);
            Add(batch, waiting.Corpus, waiting.Piece with { Length = length });
            tokens -= length;
        }
    }

    private WaitingPiece Draw()
    {
        var corpus = _mixture.Choose(_drawn);
        var order = _orders[corpus];
        ref var cursor = ref _cursors[corpus];
        while (true)
        {
            if (cursor.Index == order.SlotCount)
            {
                cursor = new Cursor(cursor.Epoch + 1, 0);
            }

            var (epoch, index) = cursor;
            cursor = cursor with { Index = index + 1 };
            if (order.TryGet(epoch, index, out var piece))
            {
                return new WaitingPiece(corpus, epoch, index, piece);
            }
        }
    }

    private void Add(TrainingBatch batch, int corpus, in Piece piece)
    {
        var ids = _ids.AsSpan(0, piece.Length + 1);
        var targets = _targets.AsSpan(0, piece.Length);
        _datasets[corpus].Read(piece.Document, piece.Start, ids, targets);
        batch.Add(ids[..^1], targets);
    }

    private static void Require(bool holds, string key, string expected, int found)
    {
        if (!holds)
        {
            throw new ConfigurationException("data", key, expected, $"{found}");
        }
    }

    /// <summary>The next piece to draw.</summary>
    private readonly record struct Cursor(long Epoch, long Index);
}
