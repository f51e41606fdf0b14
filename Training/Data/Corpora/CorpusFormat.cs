namespace PlamoNative.Training.Data;

/// <summary>How the files of a corpus are written; any of them but Parquet may be compressed (gzip, zstd, xz: found by the first bytes).</summary>
public enum CorpusFormat
{
    /// <summary>By the file's extension, a compression's own left out: <c>.jsonl</c>, <c>.ndjson</c>, <c>.parquet</c>; every other is plain text.</summary>
    Auto,

    /// <summary>Plain UTF-8 text, cut into documents by <see cref="CorpusOptions.Separator"/>.</summary>
    Text,

    /// <summary>One JSON object a line, with a text or with a prompt and a completion.</summary>
    Jsonl,

    /// <summary>Apache Parquet with a column of text.</summary>
    Parquet,
}
