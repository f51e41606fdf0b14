using System.Buffers;
using System.Text;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Runtime.Tests.Tokenization;

public class EncodingTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 20)]
    [InlineData(3, 100)]
    [InlineData(4, 400)]
    public void Random_texts_are_segmented_as_the_formula_says(int seed, int pieceCount)
    {
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var file = Vocabularies.Random((seed * 1000) + round, pieceCount);
            var tokenizer = new PlamoTokenizer(file);
            for (var i = 0; i < 10; i++)
            {
                var text = Vocabularies.RandomText(random, random.Next(0, 60), random.Next(2, 27));
                var ids = tokenizer.Encode(text);
                Assert.Equal(ReferenceSegmentation.Encode(file, text), ids);
                Assert.Equal(text, tokenizer.Decode(ids));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("\U0010FFFF")]
    [InlineData("\0\0\0")]
    [InlineData("     \n\n  \t ")]
    public void Corner_cases_are_segmented_as_the_formula_says(string text)
    {
        foreach (var file in new[] { ByteLevelVocabulary.Create(), Vocabularies.With("a", "aa", " ", "  ", "\0", "\n\n") })
        {
            Assert.Equal(ReferenceSegmentation.Encode(file, text), new PlamoTokenizer(file).Encode(text));
        }
    }

    [Fact]
    public void Long_repeats_are_segmented_as_the_formula_says()
    {
        var file = Vocabularies.With("a", "aa", "aaaa", "aaaaaaaaaaaaaaaa", "ab", "ba", "aab", "あ", "ああああ");
        var tokenizer = new PlamoTokenizer(file);
        foreach (var text in new[] { new string('a', 1000), new string('あ', 999), string.Concat(Enumerable.Repeat("aab", 500)) })
        {
            Assert.Equal(ReferenceSegmentation.Encode(file, text), tokenizer.Encode(text));
        }
    }

    [Fact]
    public void Pieces_longer_than_the_stack_buffers_work()
    {
        var long1 = new string('x', 5000);
        var file = Vocabularies.With("x", long1, "xx");
        var tokenizer = new PlamoTokenizer(file);
        var ids = tokenizer.Encode(new string('x', 10_001));
        Assert.Equal(3, ids.Length);
        Assert.Equal(new string('x', 10_001), tokenizer.Decode(ids));
    }

    [Fact]
    public void Nested_prefixes_do_not_need_quadratic_memory()
    {
        // As rows side by side this vocabulary would need 1000 * 1000^2 / 2 of them.
        var pieces = Enumerable.Range(1, 1000).Select(length => new string('a', length))
            .Concat(Enumerable.Range(0, 1000).Select(index => new string('a', 1000) + (char)('一' + index))).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var tokenizer = new PlamoTokenizer(Vocabularies.With(pieces));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 400_000_000);
        Assert.Single(tokenizer.Encode(new string('a', 1000) + "一"));
    }

    [Fact]
    public void Ties_are_won_by_the_longest_piece()
    {
        var file = ByteLevelVocabulary.Create(["a", "b", "ab", "bb", "abb"], [-1, -1, -2, -2, -3]);
        Assert.Equal([ByteLevelVocabulary.Count + 4], new PlamoTokenizer(file).Encode("abb"));
    }

    [Fact]
    public void Unknown_code_points_are_spelled_in_bytes()
    {
        var tokenizer = new PlamoTokenizer(ByteLevelVocabulary.Create());
        var text = "aé猫🍣";
        Assert.Equal(Encoding.UTF8.GetBytes(text).Select(value => value + 7), tokenizer.Encode(text));
    }

    [Fact]
    public void Text_that_spells_a_control_token_stays_text_unless_asked()
    {
        var tokenizer = new PlamoTokenizer(Vocabularies.With("a", "<", "<|plamo:", "<|plamo:nope|>"));
        foreach (var text in new[] { "a<|plamo:bos|>a", "<|plamo:unk|>", "<|plamo:reserved:0x05|>", "<|plamo:nope|>", "<0x41>" })
        {
            var ids = tokenizer.Encode(text);
            Assert.DoesNotContain(ids, tokenizer.IsControl);
            Assert.Equal(text, tokenizer.Decode(ids));
        }

        Assert.Equal([1, 263, 2, 0, 5, 266], tokenizer.Encode("<|plamo:bos|>a<|plamo:eos|><|plamo:unk|><|plamo:reserved:0x05|><|plamo:nope|>", EncodingOptions.ControlTokens));
        Assert.Equal(tokenizer.Encode("<|plamo:bo|>"), tokenizer.Encode("<|plamo:bo|>", EncodingOptions.ControlTokens));
    }

    [Fact]
    public void The_longest_control_token_wins_where_several_begin()
    {
        var types = ByteLevelVocabulary.Create().Types.Concat([TokenType.Control, TokenType.Control, TokenType.Control]).ToArray();
        var file = TokenizerFile.Create("t", [.. ByteLevelVocabulary.Create().Texts, "[A", "[A][B", "[B]"], new double[types.Length], types);
        var tokenizer = new PlamoTokenizer(file);
        Assert.Equal([264, 263, 265], tokenizer.Encode("[A][B[A[B]", EncodingOptions.ControlTokens));
        Assert.Equal([7 + '[', 7 + '[', 265], tokenizer.Encode("[[[B]", EncodingOptions.ControlTokens));
    }

    [Fact]
    public void Control_tokens_are_split_out_as_a_plain_search_does()
    {
        var tokenizer = new PlamoTokenizer(Vocabularies.With("a", "<", "|", "plamo"));
        var random = new Random(5);
        string[] parts = ["<|plamo:bos|>", "<|plamo:eos|>", "<|plamo:", "bos|>", "<", "<|", "a", "猫", "|>", "<|plamo:reserved:0x06|>"];
        var controls = Enumerable.Range(0, tokenizer.Count).Where(tokenizer.IsControl).Select(id => (Id: id, Text: tokenizer.File.Texts[id])).ToArray();
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            var expected = new List<int>();
            var plainStart = 0;
            for (var position = 0; position < text.Length;)
            {
                var here = controls.Where(token => string.CompareOrdinal(text, position, token.Text, 0, token.Text.Length) == 0).ToArray();
                if (here.Length == 0)
                {
                    position++;
                    continue;
                }

                var (id, found) = here.MaxBy(token => token.Text.Length);
                expected.AddRange(tokenizer.Encode(text.AsSpan(plainStart, position - plainStart)));
                expected.Add(id);
                plainStart = position += found.Length;
            }

            expected.AddRange(tokenizer.Encode(text.AsSpan(plainStart)));
            Assert.Equal(expected, tokenizer.Encode(text, EncodingOptions.ControlTokens));
        }
    }

    [Fact]
    public void Bos_and_eos_are_added_on_request()
    {
        var tokenizer = new PlamoTokenizer(Vocabularies.With("a"), new TokenizerConfiguration { AddBosToken = true });
        Assert.Equal([263], tokenizer.Encode("a"));
        Assert.Equal([1, 263], tokenizer.Encode("a", tokenizer.PromptOptions));
        Assert.Equal([1, 2], tokenizer.Encode("", EncodingOptions.AddBos | EncodingOptions.AddEos));
        Assert.Equal(2, tokenizer.CountTokens("a", tokenizer.PromptOptions));
    }

    [Fact]
    public void Lone_surrogates_are_refused_with_their_index()
    {
        // Not a theory: the metadata of attributes cannot hold malformed strings.
        var tokenizer = new PlamoTokenizer(ByteLevelVocabulary.Create());
        foreach (var (text, index) in new[] { ("ab\uD83C", 2), ("\uDF63", 0), ("🍣\uDF63🍣", 2), ("\uD83C\uD83C\uDF63", 0) })
        {
            var exception = Assert.Throws<ArgumentException>(() => tokenizer.Encode(text));
            Assert.Contains($"index {index}:", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Malformed_UTF8_is_refused_with_its_offset()
    {
        var tokenizer = new PlamoTokenizer(Vocabularies.With("猫"));
        var ids = new List<int>();
        Assert.Equal(1, tokenizer.EncodeUtf8("猫"u8, ids));
        var exception = Assert.Throws<ArgumentException>(() => tokenizer.EncodeUtf8([0x61, 0xE7, 0x8C, 0x61], ids));
        Assert.Contains("byte 1", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => tokenizer.EncodeUtf8([0x61, 0xE7, 0x8C], ids));
    }

    [Fact]
    public void Every_destination_receives_the_same_ids()
    {
        var tokenizer = new PlamoTokenizer(Vocabularies.Random(7, 200));
        var text = Vocabularies.RandomText(new Random(8), 3000, 26);
        var expected = tokenizer.Encode(text, EncodingOptions.AddBos);
        var list = new List<int> { 42 };
        Assert.Equal(expected.Length, tokenizer.Encode(text, list, EncodingOptions.AddBos));
        Assert.Equal([42, .. expected], list);
        var writer = new ArrayBufferWriter<int>();
        Assert.Equal(expected.Length, tokenizer.Encode(text, writer, EncodingOptions.AddBos));
        Assert.Equal(expected, writer.WrittenSpan.ToArray());
        var span = new int[expected.Length];
        Assert.Equal(expected.Length, tokenizer.Encode(text, span.AsSpan(), EncodingOptions.AddBos));
        Assert.Equal(expected, span);
        var exception = Assert.Throws<ArgumentException>(() => tokenizer.Encode(text, span.AsSpan(1), EncodingOptions.AddBos));
        Assert.Contains($"{expected.Length}", exception.Message, StringComparison.Ordinal);
        Assert.True(expected.Length - 1 <= PlamoTokenizer.MaxTokenCount(text.Length));
    }

    [Fact]
    public void Encoding_into_a_buffer_allocates_nothing()
    {
        var tokenizer = new PlamoTokenizer(Vocabularies.Random(9, 300));
        var texts = new[] { Vocabularies.RandomText(new Random(1), 50, 26), Vocabularies.RandomText(new Random(2), 3000, 26) + "<|plamo:bos|>" };
        var destination = new int[(int)PlamoTokenizer.MaxTokenCount(50_000)];
        long allocated = 1;

        // Repeated because the pool fills in the first rounds.
        for (var round = 0; round < 100 && allocated != 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var text in texts)
            {
                tokenizer.Encode(text, destination.AsSpan(), EncodingOptions.ControlTokens | EncodingOptions.AddBos);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }
}
