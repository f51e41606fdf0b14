namespace PlamoNative.Training.Data;

/// <summary>A piece that was drawn and is not used up, with where it was drawn.</summary>
/// <param name="Corpus">Index of the corpus.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Index">Place in the epoch's order.</param>
/// <param name="Piece">The piece, or what is left of it.</param>
internal readonly record struct WaitingPiece(int Corpus, long Epoch, long Index, Piece Piece);

/// <summary>Drawn pieces in line for the next batches, the oldest first; only that one may have been used in part.</summary>
internal sealed class WaitingPieces
{
    private WaitingPiece[] _pieces = new WaitingPiece[64];
    private int _count;

    internal ReadOnlySpan<WaitingPiece> All => _pieces.AsSpan(0, _count);

    /// <summary>Inputs of all.</summary>
    internal long TokenCount { get; private set; }

    /// <summary>Makes room, so that later additions allocate nothing.</summary>
    internal void Reserve(int pieces)
    {
        if (_pieces.Length < pieces)
        {
            Array.Resize(ref _pieces, pieces);
        }
    }

    internal void Add(in WaitingPiece piece)
    {
        if (_count == _pieces.Length)
        {
            Array.Resize(ref _pieces, 2 * _count);
        }

        _pieces[_count++] = piece;
        TokenCount += piece.Piece.Length;
    }

    /// <summary>Takes inputs from the front of the line.</summary>
    internal void Remove(long tokens)
    {
        TokenCount -= tokens;
        var whole = 0;
        while (whole < _count && _pieces[whole].Piece.Length <= tokens)
        {
            tokens -= _pieces[whole++].Piece.Length;
        }

        _pieces.AsSpan(whole, _count - whole).CopyTo(_pieces);
        _count -= whole;
        if (tokens > 0)
        {
            var (document, start, length) = _pieces[0].Piece;
            _pieces[0] = _pieces[0] with { Piece = new Piece(document, start + tokens, (int)(length - tokens)) };
        }
    }

    /// <summary>Gives up the last ones, so many that <paramref name="count"/> are left.</summary>
    internal void Truncate(int count)
    {
        while (_count > count)
        {
            TokenCount -= _pieces[--_count].Piece.Length;
        }
    }
}
