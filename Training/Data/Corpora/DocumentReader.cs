using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>Reads the documents of one file, one after the other, holding one of them at a time.</summary>
internal abstract class DocumentReader : IDisposable
{
    /// <summary>Bytes of the file that were read, for progress.</summary>
    internal abstract long FilePosition { get; }

    /// <summary>Appends the next document that is not empty to a group.</summary>
    /// <returns>False at the file's end.</returns>
    /// <exception cref="ModelFormatException">The file holds what it must not.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal abstract bool TryRead(DocumentGroup group);

    public abstract void Dispose();

    /// <summary>Opens a file of a corpus.</summary>
    /// <exception cref="ModelFormatException">No regular file, or not of the format.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    internal static DocumentReader Open(string path, CorpusOptions corpus) => FormatOf(path, corpus.Format) switch
    {
        CorpusFormat.Parquet => ParquetDocuments.Open(path, corpus.TextField),
        CorpusFormat.Jsonl => new SeparatedDocuments(InputBytes.Open(path), CorpusOptions.Line, DocumentKind.Json),
        _ => new SeparatedDocuments(InputBytes.Open(path), corpus.Separator, DocumentKind.Text),
    };

    internal static CorpusFormat FormatOf(string path, CorpusFormat format)
    {
        if (format != CorpusFormat.Auto)
        {
            return format;
        }

        var name = Path.GetFileName(path);
        if (Path.GetExtension(name).ToLowerInvariant() is ".gz" or ".zst" or ".zstd" or ".xz")
        {
            name = Path.GetFileNameWithoutExtension(name);
        }

        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".jsonl" or ".ndjson" => CorpusFormat.Jsonl,
            ".parquet" => CorpusFormat.Parquet,
            _ => CorpusFormat.Text,
        };
    }
}
