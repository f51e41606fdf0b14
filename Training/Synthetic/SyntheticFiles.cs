using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Synthetic;

/// <summary>How the synthetic corpus is written.</summary>
public enum SyntheticFormat
{
    /// <summary>train.jsonl and heldout.jsonl: an object a document with "kind", "text" and, where there is one, "prompt" and "answer".</summary>
    JsonLines,

    /// <summary>train.txt and heldout.txt: a document a line.</summary>
    PlainText,
}

/// <summary>The files of a synthetic corpus that was written.</summary>
/// <param name="Training">The part to learn from.</param>
/// <param name="HeldOut">The part to score with.</param>
public sealed record SyntheticFiles(string Training, string HeldOut)
{
    /// <summary>Makes a corpus and writes both parts; each file appears whole or not at all.</summary>
    /// <param name="folder">Where to; it is made if missing.</param>
    /// <param name="seed">Another seed, another corpus.</param>
    /// <param name="trainingDocuments">How many documents to learn from.</param>
    /// <param name="heldOutDocuments">How many documents to score with.</param>
    /// <param name="format">How they are written.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of documents is negative.</exception>
    /// <exception cref="IOException">A file cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static SyntheticFiles Write(string folder, ulong seed, int trainingDocuments, int heldOutDocuments, SyntheticFormat format = SyntheticFormat.JsonLines)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        FileErrors.NameWriting(folder, () => Directory.CreateDirectory(folder));
        var ending = format == SyntheticFormat.JsonLines ? "jsonl" : "txt";
        var files = new SyntheticFiles(Path.Combine(folder, $"train.{ending}"), Path.Combine(folder, $"heldout.{ending}"));
        Write(files.Training, SyntheticCorpus.Generate(seed, trainingDocuments, SyntheticSplit.Training), format);
        Write(files.HeldOut, SyntheticCorpus.Generate(seed, heldOutDocuments, SyntheticSplit.HeldOut), format);
        return files;
    }

    /// <summary>The name of a kind in files.</summary>
    internal static string NameOf(SyntheticKind kind) => kind switch
    {
        SyntheticKind.Story => "story",
        SyntheticKind.Question => "question",
        SyntheticKind.Arithmetic => "arithmetic",
        SyntheticKind.WordProblem => "word_problem",
        _ => "date",
    };

    private static void Write(string path, IEnumerable<SyntheticDocument> documents, SyntheticFormat format) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        foreach (var document in documents)
        {
            if (format == SyntheticFormat.JsonLines)
            {
                WriteObject(json, document);
                json.Flush();
                json.Reset();
            }
            else
            {
                stream.Write(Encoding.UTF8.GetBytes(document.Text));
            }

            stream.WriteByte((byte)'\n');
        }
    });

    private static void WriteObject(Utf8JsonWriter json, SyntheticDocument document)
    {
        json.WriteStartObject();
        json.WriteString("kind", NameOf(document.Kind));
        json.WriteString("text", document.Text);
        if (document.Prompt is not null)
        {
            json.WriteString("prompt", document.Prompt);
            json.WriteString("answer", document.Answer);
        }

        json.WriteEndObject();
    }
}
