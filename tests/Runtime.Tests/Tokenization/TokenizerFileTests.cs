using System.Text;
using PlamoNative.Engine;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Runtime.Tests.Tokenization;

public class TokenizerFileTests
{
    private static readonly string[] GoodLines = Lines(Vocabularies.With("a", "猫", "🍣", "\0\n\"\\", " ", "\u2028"));

    [Fact]
    public void What_was_written_reads_the_same()
    {
        var file = Vocabularies.With("a", "猫", "🍣", "\0\n\"\\/<>&'", " ", "\u2028\u0085");
        using var stream = new MemoryStream();
        file.Write(stream);
        stream.Position = 0;
        var again = TokenizerFile.Read(stream, "again");
        Assert.Equal(file.Texts, again.Texts);
        Assert.Equal(file.Scores, again.Scores);
        Assert.Equal(file.Types, again.Types);
        Assert.Equal(264, again.IdOf("猫"));
        Assert.Null(again.IdOf("犬"));
        Assert.Equal(0, again.UnknownId);
    }

    [Fact]
    public void Further_fields_and_blank_lines_at_the_end_are_ignored()
    {
        var lines = GoodLines.Select(line => line[..^1] + ", null, {\"x\": [1, \"y\"]}, 7]").Append("").Append(" \r");
        Assert.Equal(GoodLines.Length, Read(string.Join("\r\n", lines)).Count);
        Assert.Equal(GoodLines.Length, Read(string.Join('\n', GoodLines)).Count);
    }

    [Fact]
    public void Unused_rows_at_the_end_are_not_written_and_decode_to_nothing()
    {
        var small = Vocabularies.With("a");
        var file = TokenizerFile.Create("model.gguf", [.. small.Texts, "[PAD264]"], [.. small.Scores, -1000], [.. small.Types, TokenType.Unused]);
        var tokenizer = new PlamoTokenizer(file);
        Assert.Equal("a", tokenizer.Decode([263, 264, 265, 99999]));
        Assert.DoesNotContain(264, tokenizer.Encode("[PAD264]"));
        using var stream = new MemoryStream();
        file.Write(stream);
        stream.Position = 0;
        Assert.Equal(264, TokenizerFile.Read(stream, "again").Count);
    }

    public static TheoryData<int, string, string> BadLines => new()
    {
        { 263, "not json", "a JSON array" },
        { 263, "{\"a\": 1}", "a JSON array" },
        { 263, "", "a blank line" },
        { 263, "[\"a\", -1, \"NORMAL\"", "a JSON array" },
        { 263, "[\"a\", -1, \"NORMAL\"] 5", "a JSON array" },
        { 263, "[1, -1, \"NORMAL\"]", "a string as first" },
        { 263, "[\"a\", \"-1\", \"NORMAL\"]", "a number as second" },
        { 263, "[\"a\", -1]", "a string as third" },
        { 263, "[\"a\", -1, \"normal\"]", "NORMAL, BYTE" },
        { 263, "[\"a\", 1e999, \"NORMAL\"]", "score" },
        { 263, "[\"a\", -1e200, \"NORMAL\"]", "score" },
        { 263, "[\"\", -1, \"NORMAL\"]", "an empty string" },
        { 263, "[\"\\ud83c\", -1, \"NORMAL\"]", "well-formed Unicode" },
        { 263, "[\"\\udf63x\", -1, \"NORMAL\"]", "well-formed Unicode" },
        { 264, "[\"a\", -1, \"NORMAL\"]", "also id 263" },
        { 263, "[\"<0x41>\", -1, \"NORMAL\"]", "also id" },
        { 263, "[\"<0x4g>\", 0, \"BYTE\"]", "<0xNN>" },
        { 263, "[\"x\", 0, \"BYTE\"]", "<0xNN>" },
        { 0, "[\"<0x00>\", 0, \"BYTE\"]", "id above 0" },
    };

    [Theory]
    [MemberData(nameof(BadLines))]
    public void A_bad_line_is_refused_by_its_number(int index, string line, string message)
    {
        var lines = GoodLines.ToArray();
        lines[index] = line;
        var exception = Assert.Throws<ModelFormatException>(() => Read(string.Join('\n', lines) + "\n"));
        Assert.StartsWith("some.jsonl: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"line {index + 1}: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Theory]
    [InlineData("<0x7F>")]
    [InlineData("<0x00>")]
    public void A_missing_byte_token_is_named(string text)
    {
        var lines = GoodLines.Where(line => !line.Contains(text, StringComparison.Ordinal));
        var exception = Assert.Throws<ModelFormatException>(() => Read(string.Join('\n', lines)));
        Assert.Contains(text, exception.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_token_that_comes_twice_is_refused()
    {
        var lines = GoodLines.Append("[\"<0x4a>\", 0, \"BYTE\"]");
        Assert.Contains("each byte once", Assert.Throws<ModelFormatException>(() => Read(string.Join('\n', lines))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_an_unknown_token_is_refused()
    {
        var lines = GoodLines.Select(line => line.Replace("UNKNOWN", "CONTROL", StringComparison.Ordinal));
        Assert.Contains("UNKNOWN", Assert.Throws<ModelFormatException>(() => Read(string.Join('\n', lines))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(string.Join('\n', GoodLines) + "\n[\""), 0xE7, 0x8C, .. "\", -1, \"NORMAL\"]"u8];
        Assert.Throws<ModelFormatException>(() => TokenizerFile.Read(new MemoryStream(bytes), "some.jsonl"));
    }

    [Fact]
    public void Empty_and_endless_files_are_refused_without_much_memory()
    {
        Assert.Throws<ModelFormatException>(() => Read(""));
        Assert.Throws<ModelFormatException>(() => Read("\n\n\n"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("bytes a line", Assert.Throws<ModelFormatException>(() => TokenizerFile.Read(new EndlessStream(), "zeros")).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000_000);
    }

    [Fact]
    public void More_text_than_any_vocabulary_has_is_refused()
    {
        var lines = Enumerable.Range(0, 5).Select(index => $"[\"{new string((char)('a' + index), 1_000_000)}\", -1, \"NORMAL\"]");
        Assert.Contains("characters in all", Assert.Throws<ModelFormatException>(() => Read(string.Join('\n', GoodLines.Concat(lines)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_of_different_lengths_are_refused()
    {
        var file = Vocabularies.With("a");
        Assert.Throws<ModelFormatException>(() => TokenizerFile.Create("x.gguf", file.Texts, [.. file.Scores, 1], file.Types));
        Assert.Throws<ModelFormatException>(() => TokenizerFile.Create("x.gguf", file.Texts, file.Scores, [.. file.Types.Skip(1)]));
        Assert.Throws<ModelFormatException>(() => TokenizerFile.Create("x.gguf", file.Texts, file.Scores, [.. file.Types.Skip(1), (TokenType)9]));
    }

    [Fact]
    public void Mutated_files_give_a_vocabulary_or_a_format_error()
    {
        var good = Encoding.UTF8.GetBytes(string.Join('\n', GoodLines) + "\n");
        var random = new Random(11);
        var outcomes = new int[2];
        for (var round = 0; round < 3000; round++)
        {
            var bytes = Mutate(good, random);
            try
            {
                var tokenizer = new PlamoTokenizer(TokenizerFile.Read(new MemoryStream(bytes), "mutated"));
                const string Text = "a猫🍣 <|plamo:bos|>\0\n";
                Assert.Equal(Text, tokenizer.Decode(tokenizer.Encode(Text)));
                outcomes[0]++;
            }
            catch (ModelFormatException exception)
            {
                Assert.DoesNotContain('\n', exception.Message);
                outcomes[1]++;
            }
        }

        Assert.All(outcomes, count => Assert.True(count > 20));
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var position = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 30), bytes.Count - position);
            switch (random.Next(6))
            {
                case 0:
                    bytes[position] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(position, length);
                    break;
                case 3:
                    bytes.InsertRange(position, bytes.GetRange(position, length));
                    break;
                case 4:
                    bytes.Insert(position, "[]\",\\\n0eE-."u8[random.Next(11)]);
                    break;
                default:
                    if (random.Next(10) == 0)
                    {
                        bytes.RemoveRange(position, bytes.Count - position);
                    }

                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private static string[] Lines(TokenizerFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        return Encoding.UTF8.GetString(stream.ToArray()).TrimEnd('\n').Split('\n');
    }

    private static TokenizerFile Read(string content) => TokenizerFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(content)), "some.jsonl");

    private sealed class EndlessStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)'[');
            return count;
        }
    }
}
