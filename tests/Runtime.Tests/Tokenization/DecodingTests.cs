using System.Buffers;
using System.Text;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Runtime.Tests.Tokenization;

public class DecodingTests
{
    private readonly PlamoTokenizer _tokenizer = new(Vocabularies.With("a", "猫", "🍣", "\uFEFF", "long piece of text"));

    [Fact]
    public void Streams_equal_the_whole_for_any_ids_and_any_split()
    {
        var random = new Random(3);
        for (var round = 0; round < 500; round++)
        {
            var ids = Enumerable.Range(0, random.Next(0, 30)).Select(_ => RandomId(random)).ToArray();
            var expected = Encoding.UTF8.GetString(ids.SelectMany(id => _tokenizer.BytesOf(id).ToArray()).ToArray());
            Assert.Equal(expected, _tokenizer.Decode(ids));
            Assert.Equal(expected, _tokenizer.Decode((IEnumerable<int>)ids.ToList()));
            var decoder = new StreamingDecoder(_tokenizer);
            var text = new StringBuilder();
            for (var start = 0; start < ids.Length;)
            {
                var count = Math.Min(random.Next(1, 4), ids.Length - start);
                text.Append(count == 1 ? decoder.Append(ids[start]) : decoder.Append(ids.AsSpan(start, count)));
                Assert.InRange(decoder.PendingByteCount, 0, 3);
                start += count;
            }

            Assert.Equal(expected, text.Append(decoder.Flush()).ToString());
            Assert.Equal(0, decoder.PendingByteCount);
        }
    }

    [Fact]
    public void A_code_point_comes_out_with_its_last_byte()
    {
        var decoder = new StreamingDecoder(_tokenizer);
        var texts = Encoding.UTF8.GetBytes("🍜").Select(value => decoder.Append(value + 7)).ToArray();
        Assert.Equal(["", "", "", "🍜"], texts);
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void Unfinished_bytes_become_a_replacement_at_the_end()
    {
        var decoder = new StreamingDecoder(_tokenizer);
        Assert.Equal("", decoder.Append([0xE7 + 7, 0x8C + 7]));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("猫", decoder.Append(264));
    }

    [Fact]
    public void Control_tokens_are_shown_or_skipped()
    {
        Assert.Equal("<|plamo:bos|>a<|plamo:eos|>", _tokenizer.Decode([1, 263, 2]));
        Assert.Equal("a", _tokenizer.Decode([1, 263, 2], skipControlTokens: true));
        Assert.Equal("a", new StreamingDecoder(_tokenizer, skipControlTokens: true).Append([1, 263, 2]));
    }

    [Fact]
    public void Ids_beyond_the_rows_give_nothing_and_negative_ones_are_refused()
    {
        Assert.Equal("a", _tokenizer.Decode([100_000, 263, int.MaxValue]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _tokenizer.Decode([-1]));
        Assert.False(_tokenizer.IsControl(-1));
    }

    [Fact]
    public void Decoding_into_a_buffer_can_be_resumed()
    {
        var random = new Random(4);
        var ids = Enumerable.Range(0, 300).Select(_ => RandomId(random)).Concat([263]).ToArray();
        var expected = _tokenizer.Decode(ids);
        foreach (var size in new[] { 40, 64, 10_000 })
        {
            var text = new StringBuilder();
            var rest = ids.AsEnumerable();
            var buffer = new char[size];
            OperationStatus status;
            do
            {
                status = _tokenizer.Decode(rest, buffer, out var consumed, out var written);
                text.Append(buffer, 0, written);
                Assert.True(consumed > 0);
                rest = rest.Skip(consumed);
            }
            while (status == OperationStatus.DestinationTooSmall);
            Assert.Equal(OperationStatus.Done, status);
            Assert.Equal(expected, text.ToString());
        }
    }

    private int RandomId(Random random) => random.Next(4) switch
    {
        0 => random.Next(_tokenizer.Count + 3),
        1 => 263 + random.Next(5),
        _ => 7 + "猫🍣é"u8[random.Next(9)],
    };
}
