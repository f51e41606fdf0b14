using System.Text.Json.Nodes;
using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>
/// Where a <see cref="PackedBatchSource"/> stands, exact to the token, as JSON: <c>seed</c>, <c>sequence_length</c>, <c>drawn</c> and <c>given</c> tokens, for each
/// corpus its <c>data</c> (fingerprint), <c>epoch</c>, <c>piece</c> (the next one) and <c>served</c> (its place in the mixture), and the <c>waiting</c> pieces as
/// corpus, epoch, place, and first input and length of what is left.
/// </summary>
internal sealed record BatchPosition(
    ulong Seed, int SequenceLength, long Drawn, long Given, IReadOnlyList<BatchPosition.Corpus> Corpora, IReadOnlyList<WaitingPiece> Waiting)
{
    private const string Where = "data position";

    internal readonly record struct Corpus(string Fingerprint, long Epoch, long Index, double Served);

    internal JsonObject ToJson()
    {
        var corpora = new JsonArray();
        foreach (var corpus in Corpora)
        {
            corpora.Add((JsonNode)new JsonObject { ["data"] = corpus.Fingerprint, ["epoch"] = corpus.Epoch, ["piece"] = corpus.Index, ["served"] = corpus.Served });
        }

        var waiting = new JsonArray();
        foreach (var piece in Waiting)
        {
            waiting.Add((JsonNode)new JsonArray(piece.Corpus, piece.Epoch, piece.Index, piece.Piece.Start, piece.Piece.Length));
        }

        return new JsonObject
        {
            ["version"] = 1,
            ["seed"] = Seed,
            ["sequence_length"] = SequenceLength,
            ["drawn"] = Drawn,
            ["given"] = Given,
            ["corpora"] = corpora,
            ["waiting"] = waiting,
        };
    }

    /// <exception cref="ModelFormatException">A field is missing or no number.</exception>
    internal static BatchPosition Read(JsonObject json)
    {
        try
        {
            // Numbers of a node that was built, not parsed, can only be read as the type they were given.
            json = JsonNode.Parse(json.ToJsonString())!.AsObject();
            Require("version", (int)Field(json, "version") == 1, "1", $"{json["version"]}");
            var corpora = new List<Corpus>();
            foreach (var corpus in Field(json, "corpora").AsArray())
            {
                corpora.Add(new Corpus((string)Field(corpus, "data")!, (long)Field(corpus, "epoch"), (long)Field(corpus, "piece"), (double)Field(corpus, "served")));
            }

            var waiting = new List<WaitingPiece>();
            foreach (var piece in Field(json, "waiting").AsArray())
            {
                Require("waiting", piece is JsonArray { Count: 5 } array && array.All(static value => value is not null), "arrays of five numbers", $"{piece}");
                waiting.Add(new WaitingPiece((int)piece![0]!, (long)piece[1]!, (long)piece[2]!, new Piece(-1, (long)piece[3]!, (int)piece[4]!)));
            }

            return new BatchPosition(
                (ulong)Field(json, "seed"), (int)Field(json, "sequence_length"), (long)Field(json, "drawn"), (long)Field(json, "given"), corpora, waiting);
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException or OverflowException)
        {
            throw new ModelFormatException(Where, "content", "values of the kinds that saving a position writes", "others", innerException: failure);
        }
    }

    /// <exception cref="ModelFormatException">The position is of other data or options.</exception>
    internal void CheckAgainst(ulong seed, int sequenceLength, IReadOnlyList<TokenDataset> datasets, IReadOnlyList<PieceOrder> orders)
    {
        Require("seed", Seed == seed, $"{seed}, that of this run", $"{Seed}");
        Require("sequence_length", SequenceLength == sequenceLength, $"{sequenceLength}, that of this run", $"{SequenceLength}");
        Require("corpora", Corpora.Count == datasets.Count, $"{datasets.Count}", $"{Corpora.Count}");
        Require("drawn", Drawn >= 0 && Given >= 0 && Given <= Drawn, "counts of tokens", $"{Drawn} and {Given} given");
        for (var i = 0; i < Corpora.Count; i++)
        {
            var corpus = Corpora[i];
            Require($"corpora, {datasets[i].Name}, data", corpus.Fingerprint == datasets[i].Fingerprint, $"{datasets[i].Fingerprint}, that of the data, tokenizer and options in use", corpus.Fingerprint);
            Require($"corpora, {datasets[i].Name}, epoch", corpus.Epoch >= 0, "at least 0", $"{corpus.Epoch}");
            Require($"corpora, {datasets[i].Name}, piece", corpus.Index >= 0 && corpus.Index <= orders[i].SlotCount, $"0 to {orders[i].SlotCount}", $"{corpus.Index}");
            Require($"corpora, {datasets[i].Name}, served", corpus.Served >= 0 && double.IsFinite(corpus.Served), "at least 0", $"{corpus.Served}");
        }
    }

    /// <summary>Finds the document of a waiting piece that was read.</summary>
    /// <exception cref="ModelFormatException">It is no part of a piece.</exception>
    internal static WaitingPiece Resolve(in WaitingPiece waiting, IReadOnlyList<PieceOrder> orders)
    {
        var (corpus, epoch, index, (_, start, length)) = waiting;
        Require("waiting", corpus >= 0 && corpus < orders.Count && epoch >= 0 && index >= 0 && index < orders[corpus].SlotCount, "a piece of the data", $"{corpus}, {epoch}, {index}");
        var exists = orders[corpus].TryGet(epoch, index, out var piece);
        Require("waiting", exists && length > 0 && start >= piece.Start && start + length == piece.Start + piece.Length, "the end of a piece", $"{start}, {length}");
        return waiting with { Piece = piece with { Start = start, Length = length } };
    }

    private static JsonNode Field(JsonNode? parent, string name) =>
        (parent as JsonObject)?[name] ?? throw new ModelFormatException(Where, name, "a value", "none");

    private static void Require(string field, bool holds, string expected, string found)
    {
        if (!holds)
        {
            throw new ModelFormatException(Where, field, expected, found);
        }
    }
}
