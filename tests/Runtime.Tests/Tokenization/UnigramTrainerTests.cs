using System.Text;
using PlamoNative.Engine;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Runtime.Tests.Tokenization;

public class UnigramTrainerTests
{
    private static readonly string[] Words =
        ["吾輩", "は", "猫", "である", "名前", "まだ", "無い", "ニャー", "泣いて", "いた", "事", "だけ", "記憶", "して", "いる", "the ", "quick ", "fox ", "🍣", "𠮷野家"];

    [Theory]
    [InlineData(263)]
    [InlineData(264)]
    [InlineData(300)]
    [InlineData(450)]
    public void The_result_has_exactly_the_size_asked_for_and_loses_nothing(int size)
    {
        var text = Corpus(1, 3000);
        var tokenizer = new PlamoTokenizer(UnigramTrainer.Train([text], new UnigramTrainerOptions { VocabSize = size }));
        Assert.Equal(size, tokenizer.Count);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        if (size == 450)
        {
            Assert.True(tokenizer.Encode(text).Length < text.EnumerateRunes().Count() / 2);
            Assert.NotNull(tokenizer.File.IdOf("である"));
        }
    }

    [Fact]
    public void The_number_of_threads_does_not_show()
    {
        var text = Corpus(2, 5000);
        var one = Bytes(UnigramTrainer.Train([text], new UnigramTrainerOptions { VocabSize = 400, Threads = 1 }));
        foreach (var threads in new[] { 2, 3, 8 })
        {
            Assert.Equal(one, Bytes(UnigramTrainer.Train([text], new UnigramTrainerOptions { VocabSize = 400, Threads = threads })));
        }
    }

    [Fact]
    public void A_file_on_one_line_trains_as_its_text_does()
    {
        var text = new string('長', 70_001) + Corpus(3, 20_000);
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            var options = new UnigramTrainerOptions { VocabSize = 350 };
            Assert.Equal(Bytes(UnigramTrainer.Train([text], options)), Bytes(UnigramTrainer.TrainFiles([path], options)));
            File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes(new string('あ', 40_000)), 0xE7, 0x8C, 0x61]);
            var exception = Assert.Throws<ModelFormatException>(() => UnigramTrainer.TrainFiles([path], options));
            Assert.Equal(120_000, exception.Offset);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Pieces_keep_to_the_rules()
    {
        var text = string.Concat(Enumerable.Repeat("2024年10月\n\n次の行。<|plamo:bos|><0x41>０１２\r\n" + new string('あ', 40), 50));
        var file = UnigramTrainer.Train([text], new UnigramTrainerOptions { VocabSize = 320 });
        foreach (var piece in file.Texts.Skip(ByteLevelVocabulary.Count))
        {
            Assert.True(piece.EnumerateRunes().Count() <= 16);
            Assert.True(piece.Length == 1 || !piece.Any(char.IsDigit), piece);
            Assert.True(piece.All(unit => unit is '\n' or '\r') || !piece.Any(unit => unit is '\n' or '\r'), piece);
            Assert.True(piece.TrimEnd('。').IndexOf('。') < 0, piece);
        }

        Assert.Equal(256, file.Types.Count(type => type == TokenType.Byte));
        Assert.True(file.IdOf("<|plamo:bos|>") == 1);
    }

    [Fact]
    public void Scores_are_logarithms_in_ten_thousandths_from_high_to_low()
    {
        var file = UnigramTrainer.Train([Corpus(4, 3000)], new UnigramTrainerOptions { VocabSize = 420 });
        var scores = file.Scores.Skip(ByteLevelVocabulary.Count).ToArray();
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.All(scores, score => Assert.Equal(Math.Round(score, 4), score));
        Assert.InRange(scores.Sum(Math.Exp), 0.99, 1.01);
    }

    [Fact]
    public void Too_small_too_large_and_empty_are_errors_that_say_what_is_possible()
    {
        var text = Corpus(5, 200);
        Assert.Contains("at least 263", Assert.Throws<ConfigurationException>(() => UnigramTrainer.Train([text], new UnigramTrainerOptions { VocabSize = 262 })).Message, StringComparison.Ordinal);
        Assert.Contains("some text", Assert.Throws<ConfigurationException>(() => UnigramTrainer.Train([""], new UnigramTrainerOptions { VocabSize = 300 })).Message, StringComparison.Ordinal);
        var exception = Assert.Throws<ConfigurationException>(() => UnigramTrainer.Train([text], new UnigramTrainerOptions { VocabSize = 100_000 }));
        var largest = int.Parse(exception.Expected.Split(' ', ',')[2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(largest, UnigramTrainer.Train([text], new UnigramTrainerOptions { VocabSize = largest }).Count);
        Assert.Throws<ConfigurationException>(() => UnigramTrainer.Train([text], new UnigramTrainerOptions { VocabSize = largest + 1 }));
        Assert.Throws<ArgumentException>(() => UnigramTrainer.Train(["\uD800"], new UnigramTrainerOptions { VocabSize = 300 }));
    }

    [Fact]
    public void A_text_of_one_character_trains()
    {
        var file = UnigramTrainer.Train(["a"], new UnigramTrainerOptions { VocabSize = 264 });
        Assert.Equal("a", file.Texts[^1]);
    }

    [Fact]
    public void Progress_is_told_and_cancelling_ends_training()
    {
        var seen = new List<UnigramTrainerProgress>();
        using var source = new CancellationTokenSource();
        var progress = new Told(step =>
        {
            seen.Add(step);
            if (seen.Count == 3)
            {
                source.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(
            () => UnigramTrainer.Train([Corpus(6, 3000)], new UnigramTrainerOptions { VocabSize = 300 }, progress, source.Token));
        Assert.Equal(3, seen.Count);
        Assert.All(seen, step => Assert.True(step.TargetCount == 37 && step.PieceCount > 37 && double.IsFinite(step.NatsPerCharacter)));
        Assert.True(seen[1].NatsPerCharacter < seen[0].NatsPerCharacter);
    }

    [Fact]
    public void A_novel_gives_a_vocabulary_that_encodes_others_in_fewer_tokens_than_characters()
    {
        var folder = SharedData.Require("data/ja");
        var file = UnigramTrainer.TrainFiles([Path.Combine(folder, "gingatetsudou.txt")], new UnigramTrainerOptions { VocabSize = 4000 });
        var tokenizer = new PlamoTokenizer(file);
        var text = File.ReadAllText(Path.Combine(folder, "gingatetsudou.txt"));
        var ids = tokenizer.Encode(text);
        Assert.True(ids.Length < text.Length / 2);
        Assert.Equal(text, tokenizer.Decode(ids));
        var other = File.ReadAllText(Path.Combine(folder, "bottyan.txt"));
        Assert.Equal(other, tokenizer.Decode(tokenizer.Encode(other)));
    }

    private static string Corpus(int seed, int words)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = 0; i < words; i++)
        {
            // Squaring prefers early words, as language does.
            text.Append(Words[(int)(Words.Length * Math.Pow(random.NextDouble(), 2))]);
            text.Append(random.Next(12) == 0 ? "。" : "");
            text.Append(random.Next(80) == 0 ? "\n" : "");
            text.Append(random.Next(300) == 0 ? ((char)('一' + random.Next(500))).ToString() : "");
        }

        return text.ToString();
    }

    private static byte[] Bytes(TokenizerFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }

    private sealed class Told(Action<UnigramTrainerProgress> action) : IProgress<UnigramTrainerProgress>
    {
        public void Report(UnigramTrainerProgress value) => action(value);
    }
}
