using System.Text;
using PlamoNative.Engine;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Runtime.Tests.Tokenization;

public class TokenizerConfigurationTests
{
    [Fact]
    public void Keys_are_read_and_unknown_ones_survive_a_round_trip()
    {
        var configuration = Read("""{"add_bos_token": true, "bos_token": {"content": "<|plamo:op|>", "lstrip": false}, "pad_token": null, "later": {"a": [1, 2.50]}}""");
        Assert.True(configuration.AddBosToken);
        Assert.False(configuration.AddEosToken);
        Assert.Equal("<|plamo:op|>", configuration.BosToken);
        Assert.Null(configuration.PadToken);
        using var stream = new MemoryStream();
        configuration.Write(stream);
        var again = Read(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(configuration.BosToken, again.BosToken);
        Assert.True(again.AddBosToken);
        Assert.Null(again.PadToken);
        Assert.Contains(again.OtherKeys, entry => entry.Key == "later" && entry.Value.Contains("2.50", StringComparison.Ordinal));
    }

    [Fact]
    public void Defaults_are_those_of_the_published_class()
    {
        var configuration = Read("{}");
        Assert.False(configuration.AddBosToken);
        var tokenizer = new PlamoTokenizer(ByteLevelVocabulary.Create(), configuration);
        Assert.Equal((1, 2, 3), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
        Assert.Equal(EncodingOptions.None, tokenizer.PromptOptions);
    }

    [Theory]
    [InlineData("[]", "a JSON object")]
    [InlineData("{", "a JSON object")]
    [InlineData("", "a JSON object")]
    [InlineData("{\"add_bos_token\": \"yes\"}", "true or false")]
    [InlineData("{\"bos_token\": 5}", "a string")]
    [InlineData("{\"bos_token\": \"\\ud800\"}", "Unicode")]
    [InlineData("{\"\\ud800\": 1}", "Unicode")]
    public void Bad_files_are_refused(string json, string message)
    {
        var exception = Assert.Throws<ModelFormatException>(() => Read(json));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("some.json: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_is_added_must_be_in_the_vocabulary()
    {
        var configuration = Read("""{"add_bos_token": true, "bos_token": "<s>"}""");
        Assert.Contains("bos_token", Assert.Throws<ModelFormatException>(() => new PlamoTokenizer(ByteLevelVocabulary.Create(), configuration)).Message, StringComparison.Ordinal);
        var silent = new PlamoTokenizer(ByteLevelVocabulary.Create(), configuration with { AddBosToken = false });
        Assert.Null(silent.BosId);
        Assert.Throws<ArgumentException>(() => silent.Encode("a", EncodingOptions.AddBos));
    }

    [Fact]
    public void A_folder_and_its_file_load_the_same()
    {
        var folder = Directory.CreateTempSubdirectory("plamo-tokenizer-");
        try
        {
            var path = Path.Combine(folder.FullName, TokenizerFile.FileName);
            using (var stream = File.Create(path))
            {
                Vocabularies.With("a").Write(stream);
            }

            Assert.Equal(EncodingOptions.None, PlamoTokenizer.Load(folder.FullName).PromptOptions);
            File.WriteAllText(Path.Combine(folder.FullName, TokenizerConfiguration.FileName), "{\"add_eos_token\": true}");
            Assert.Equal(EncodingOptions.AddEos, PlamoTokenizer.Load(folder.FullName).PromptOptions);
            Assert.Equal(EncodingOptions.AddEos, PlamoTokenizer.Load(path).PromptOptions);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_models_vocabulary_may_be_larger_but_not_smaller()
    {
        var tokenizer = new PlamoTokenizer(ByteLevelVocabulary.Create());
        Assert.Equal(263, ByteLevelVocabulary.Count);
        Assert.Equal(263, tokenizer.Count);
        tokenizer.CheckAgainst(263, "config.json");
        tokenizer.CheckAgainst(100_000, "config.json");
        var exception = Assert.Throws<ModelFormatException>(() => tokenizer.CheckAgainst(262, "config.json"));
        Assert.StartsWith("config.json: vocab_size", exception.Message, StringComparison.Ordinal);
    }

    private static TokenizerConfiguration Read(string json) => TokenizerConfiguration.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)), "some.json");
}
