using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>A run of inputs of one document.</summary>
/// <param name="Document">The document.</param>
/// <param name="Start">Its first input.</param>
/// <param name="Length">How many; at most the sequence length.</param>
internal readonly record struct Piece(long Document, long Start, int Length);

/// <summary>
/// Cuts the documents of a dataset into pieces and orders them, anew in every epoch. A document that is longer than a sequence has a first piece of random length,
/// 1 to the sequence length, then full ones, then the rest: cuts fall elsewhere in every epoch. Every input lies in exactly one piece of an epoch.
/// </summary>
/// <remarks>
/// Pieces are found, not stored: a document of n inputs owns 1 + ceil((n - 1) / sequence length) slots, enough for any first piece (one may stay empty), and a
/// table holds the first slot of every 32nd document.
/// </remarks>
internal sealed class PieceOrder
{
    private const int BlockDocuments = 32;
    private const ulong PhaseStream = 1;
    private const ulong OrderStream = 2;

    private readonly TokenDataset _dataset;
    private readonly int _sequenceLength;
    private readonly ulong _seed;
    private readonly long[] _firstSlots;
    private long _epoch = -1;
    private Permutation _permutation;
    private Philox _phases;

    /// <summary>Orders a dataset.</summary>
    /// <param name="dataset">At least one document.</param>
    /// <param name="sequenceLength">Longest piece.</param>
    /// <param name="seed">With an epoch's number, it determines the epoch.</param>
    internal PieceOrder(TokenDataset dataset, int sequenceLength, ulong seed)
    {
        _dataset = dataset;
        _sequenceLength = sequenceLength;
        _seed = seed;
        _firstSlots = new long[(dataset.DocumentCount + BlockDocuments - 1) / BlockDocuments];
        for (long document = 0; document < dataset.DocumentCount; document++)
        {
            if (document % BlockDocuments == 0)
            {
                dataset.Guard(document);
                _firstSlots[document / BlockDocuments] = SlotCount;
            }

            SlotCount += SlotsOf(dataset.InputsOf(document));
        }
    }

    /// <summary>Places of an epoch.</summary>
    internal long SlotCount { get; }

    /// <summary>What stands at a place of an epoch.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="index">Below <see cref="SlotCount"/>.</param>
    /// <param name="piece">The piece.</param>
    /// <returns>False for a slot that is empty in this epoch.</returns>
    /// <exception cref="IOException">The data cannot be read.</exception>
    internal bool TryGet(long epoch, long index, out Piece piece)
    {
        if (epoch != _epoch)
        {
            _permutation = new Permutation(SlotCount, _seed, StreamOf(epoch, OrderStream));
            _phases = new Philox(_seed, StreamOf(epoch, PhaseStream));
            _epoch = epoch;
        }

        var slot = _permutation[index];
        var block = Array.BinarySearch(_firstSlots, slot);
        block = block < 0 ? ~block - 1 : block;
        var document = (long)block * BlockDocuments;
        _dataset.Guard(document);
        _dataset.Guard(Math.Min(document + BlockDocuments, _dataset.DocumentCount) - 1);
        slot -= _firstSlots[block];
        var inputs = _dataset.InputsOf(document);
        for (var slots = SlotsOf(inputs); slot >= slots; slots = SlotsOf(inputs))
        {
            slot -= slots;
            inputs = _dataset.InputsOf(++document);
        }

        var first = inputs <= _sequenceLength ? inputs : 1 + (long)(_phases.Block((ulong)document).Low % (ulong)_sequenceLength);
        var start = slot == 0 ? 0 : first + (slot - 1) * _sequenceLength;
        var length = slot == 0 ? first : Math.Min(_sequenceLength, inputs - start);
        piece = new Piece(document, start, (int)Math.Max(length, 0));
        return length > 0;
    }

    private long SlotsOf(long inputs) => inputs <= _sequenceLength ? 1 : 1 + (inputs + _sequenceLength - 2) / _sequenceLength;

    private static ulong StreamOf(long epoch, ulong kind) => ((ulong)epoch << 2) | kind;
}
