using Microsoft.ML.Tokenizers;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Runtime.Tests.Tokenization;

public class LibraryContractTests
{
    private const string Text = "a猫a🍣ab";

    private readonly Tokenizer _tokenizer = new PlamoTokenizer(Vocabularies.With("a", "猫", "猫a", "ab"));

    [Fact]
    public void Tokens_carry_their_texts_and_places()
    {
        var tokens = _tokenizer.EncodeToTokens(Text, out var normalized);
        Assert.Null(normalized);
        Assert.Equal(_tokenizer.EncodeToIds(Text), tokens.Select(token => token.Id));
        Assert.Equal(["a", "猫a", "<0xF0>", "<0x9F>", "<0x8D>", "<0xA3>", "ab"], tokens.Select(token => token.Value));
        Assert.Equal([0..1, 1..3, 3..5, 3..5, 3..5, 3..5, 5..7], tokens.Select(token => token.Offset));
        Assert.Equal(tokens.Count, _tokenizer.CountTokens(Text));
        Assert.Equal(tokens, _tokenizer.EncodeToTokens(Text.AsSpan(), out _));
    }

    [Fact]
    public void Cutting_keeps_whole_pieces_and_whole_code_points()
    {
        var all = _tokenizer.EncodeToIds(Text);
        int[] counts = [0, 1, 2, 2, 2, 2, 6, 7, 7];
        int[] ends = [0, 1, 3, 3, 3, 3, 5, 7, 7];
        for (var max = 1; max < counts.Length; max++)
        {
            var ids = _tokenizer.EncodeToIds(Text, max, out _, out var consumed);
            Assert.Equal(all.Take(counts[max]), ids);
            Assert.Equal(ends[max], consumed);
            Assert.Equal(ends[max], _tokenizer.GetIndexByTokenCount(Text, max, out _, out var count));
            Assert.Equal(counts[max], count);
        }
    }

    [Fact]
    public void Cutting_from_the_end_keeps_whole_pieces_too()
    {
        int[] starts = [7, 5, 5, 5, 5, 3, 1, 0, 0];
        int[] counts = [0, 1, 1, 1, 1, 5, 6, 7, 7];
        for (var max = 1; max < starts.Length; max++)
        {
            Assert.Equal(starts[max], _tokenizer.GetIndexByTokenCountFromEnd(Text, max, out _, out var count));
            Assert.Equal(counts[max], count);
        }
    }

    [Fact]
    public void Nothing_gives_nothing()
    {
        Assert.Empty(_tokenizer.EncodeToIds(""));
        Assert.Empty(_tokenizer.EncodeToTokens("", out _));
        Assert.Equal(0, _tokenizer.CountTokens(""));
        Assert.Equal("", _tokenizer.Decode([]));
    }

    [Fact]
    public void There_is_neither_normalizer_nor_pre_tokenizer()
    {
        Assert.Null(_tokenizer.Normalizer);
        Assert.Null(_tokenizer.PreTokenizer);
    }
}
