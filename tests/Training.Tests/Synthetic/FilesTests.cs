using System.Text;
using System.Text.Json.Nodes;
using PlamoNative.Tests.Training.Recording;
using PlamoNative.Training.Synthetic;
using Xunit;

namespace PlamoNative.Tests.Training.Synthetic;

/// <summary>The files of a corpus.</summary>
public sealed class FilesTests
{
    [Fact]
    public void Json_lines_hold_every_field()
    {
        using var place = new RunPlace();
        var files = SyntheticFiles.Write(place["deep/corpus"], 5, 200, 30);

        Assert.Equal(["heldout.jsonl", "train.jsonl"], Directory.GetFiles(place["deep/corpus"]).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(SyntheticCorpus.Generate(5, 200), Read(files.Training));
        Assert.Equal(SyntheticCorpus.Generate(5, 30, SyntheticSplit.HeldOut), Read(files.HeldOut));
    }

    [Fact]
    public void Plain_text_is_a_document_a_line_in_good_utf8()
    {
        using var place = new RunPlace();
        var files = SyntheticFiles.Write(place["corpus"], 5, 200, 30, SyntheticFormat.PlainText);

        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(files.Training));
        Assert.Equal(string.Concat(SyntheticCorpus.Generate(5, 200).Select(d => d.Text + "\n")), text);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        using var place = new RunPlace();
        File.WriteAllText(place["taken"], "");

        Assert.StartsWith(place["taken"], Assert.ThrowsAny<IOException>(() => SyntheticFiles.Write(place["taken"], 1, 1, 1)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<SyntheticDocument> Read(string path) => File.ReadLines(path).Select(line =>
    {
        var json = JsonNode.Parse(line)!;
        var kind = Enum.GetValues<SyntheticKind>().Single(k => SyntheticFiles.NameOf(k) == (string)json["kind"]!);
        return new SyntheticDocument(kind, (string)json["text"]!, (string?)json["prompt"], (string?)json["answer"]);
    });
}
