using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>What <see cref="Tokenizer"/> asks of a tokenizer. Its methods encode plain text: no BOS, no EOS, no control tokens, no normalization.</summary>
public sealed partial class PlamoTokenizer
{
    /// <summary>Decodes ids: their bytes joined, malformed parts replaced.</summary>
    /// <param name="ids">The ids; ids beyond the rows give nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative id.</exception>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Decode(ids as int[] ?? [.. ids], skipControlTokens: false);
    }

    /// <summary>Decodes ids: their bytes joined, malformed parts replaced.</summary>
    /// <param name="ids">The ids; ids beyond the rows give nothing.</param>
    /// <param name="skipControlTokens">True to leave out the texts of control tokens.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative id.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipControlTokens = false)
    {
        var decoder = new StreamingDecoder(this, skipControlTokens);
        var text = decoder.Append(ids);
        return decoder.PendingByteCount == 0 ? text : text + decoder.Flush();
    }

    /// <summary>Decodes as many ids as fit.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="destination">Takes the text.</param>
    /// <param name="idsConsumed">How many ids the written text stands for; the next call may go on there.</param>
    /// <param name="charsWritten">The text's length in UTF-16 units.</param>
    /// <returns><see cref="OperationStatus.Done"/>, or <see cref="OperationStatus.DestinationTooSmall"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative id.</exception>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        idsConsumed = charsWritten = 0;
        var decoder = new StreamingDecoder(this);
        var taken = 0;
        var written = 0;
        foreach (var id in ids)
        {
            taken++;
            var text = decoder.Append(id);
            if (!text.TryCopyTo(destination[written..]))
            {
                return OperationStatus.DestinationTooSmall;
            }

            // Only where nothing is held back can a later call begin afresh.
            written += text.Length;
            if (decoder.PendingByteCount == 0)
            {
                (idsConsumed, charsWritten) = (taken, written);
            }
        }

        var rest = decoder.Flush();
        if (!rest.TryCopyTo(destination[written..]))
        {
            return OperationStatus.DestinationTooSmall;
        }

        (idsConsumed, charsWritten) = (taken, written + rest.Length);
        return OperationStatus.Done;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var source = text is null ? textSpan : text;
        var tokens = new List<EncodedToken>();
        var consumed = 0;
        foreach (var (start, length, ids) in Pieces(source))
        {
            if (tokens.Count + ids.Length > settings.MaxTokenCount)
            {
                break;
            }

            foreach (var id in ids)
            {
                tokens.Add(new EncodedToken(id, File.Texts[id], start..(start + length)));
            }

            consumed = start + length;
        }

        return new EncodeResults<EncodedToken> { Tokens = tokens, NormalizedText = null, CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var source = text is null ? textSpan : text;
        var all = Encode(source);
        if (all.Length <= settings.MaxTokenCount)
        {
            return new EncodeResults<int> { Tokens = all, NormalizedText = null, CharsConsumed = source.Length };
        }

        var (count, end) = Fit(source, settings.MaxTokenCount);
        return new EncodeResults<int> { Tokens = all[..count], NormalizedText = null, CharsConsumed = end };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var source = text is null ? textSpan : text;
        var count = CountTokens(source, EncodingOptions.None);
        return count <= settings.MaxTokenCount ? count : Fit(source, settings.MaxTokenCount).Count;
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        normalizedText = null;
        var source = text is null ? textSpan : text;
        if (!fromEnd)
        {
            (tokenCount, var end) = Fit(source, settings.MaxTokenCount);
            return end;
        }

        // From the end: drop pieces at the front until the rest fits.
        var index = 0;
        tokenCount = CountTokens(source, EncodingOptions.None);
        foreach (var (start, length, ids) in Pieces(source))
        {
            if (tokenCount <= settings.MaxTokenCount)
            {
                break;
            }

            tokenCount -= ids.Length;
            index = start + length;
        }

        return index;
    }

    /// <summary>The longest front part of the segmentation that has at most so many tokens; the bytes of a code point stay together.</summary>
    private (int Count, int End) Fit(ReadOnlySpan<char> text, int maxTokenCount)
    {
        var (count, end) = (0, 0);
        foreach (var (start, length, ids) in Pieces(text))
        {
            if (count + ids.Length > maxTokenCount)
            {
                break;
            }

            count += ids.Length;
            end = start + length;
        }

        return (count, end);
    }

    /// <summary>The segmentation with its places: one entry a piece, or an unknown code point with all its byte tokens.</summary>
    private List<(int Start, int Length, int[] Ids)> Pieces(ReadOnlySpan<char> text)
    {
        Surrogates.Refuse(text);
        var pieces = new List<(int Start, int Length, int[] Ids)>();
        var path = new int[text.Length];
        UnigramLattice.Solve(_automaton, text, path);
        for (var position = 0; position < text.Length;)
        {
            if (path[position] != UnigramLattice.UnknownStep)
            {
                pieces.Add((position, _lengths[path[position]], [path[position]]));
            }
            else
            {
                var bytes = new List<int>(4);
                var sink = new ListSink(bytes);
                pieces.Add((position, SpellBytes(text[position..], ref sink), [.. bytes]));
            }

            position += pieces[^1].Length;
        }

        return pieces;
    }
}
