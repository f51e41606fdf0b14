using System.Text.Json;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Runtime.Tests.Tokenization;

public class OracleTokenTests
{
    public static TheoryData<string> Cases => ["attention-first", "one-kv-head-untied", "two-kv-heads-tied"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ids_equal_those_of_an_independent_implementation(string name)
    {
        var folder = SharedData.Require($"oracle/plamo2/{name}");
        var tokenizer = PlamoTokenizer.Load(folder);
        Assert.Equal(EncodingOptions.AddBos, tokenizer.PromptOptions);
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "tokens.json")));
        var compared = 0;
        foreach (var (text, ids) in Entries(document, "strings"))
        {
            // The other implementation makes control tokens of plain text; here that needs asking.
            var spellsControl = text.Contains("<|plamo:", StringComparison.Ordinal);
            Assert.Equal(ids, tokenizer.Encode(text, spellsControl ? EncodingOptions.ControlTokens : EncodingOptions.None));
            Assert.DoesNotContain(tokenizer.Encode(text), tokenizer.IsControl);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
            compared++;
        }

        foreach (var (text, ids) in Entries(document, "special"))
        {
            Assert.Equal(ids, tokenizer.Encode(text, EncodingOptions.ControlTokens));
            compared++;
        }

        Assert.True(compared > 40);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_read_and_written_reads_the_same(string name)
    {
        var file = TokenizerFile.Read(Path.Combine(SharedData.Require($"oracle/plamo2/{name}"), TokenizerFile.FileName));
        using var stream = new MemoryStream();
        file.Write(stream);
        stream.Position = 0;
        var again = TokenizerFile.Read(stream, "again");
        Assert.Equal(file.Texts, again.Texts);
        Assert.Equal(file.Scores, again.Scores);
        Assert.Equal(file.Types, again.Types);
    }

    private static IEnumerable<(string Text, int[] Ids)> Entries(JsonDocument document, string key) =>
        document.RootElement.GetProperty(key).EnumerateArray()
            .Select(entry => (entry.GetProperty("text").GetString()!, entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray()));
}
