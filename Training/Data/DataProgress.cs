namespace PlamoNative.Training.Data;

/// <summary>How far reading a corpus is.</summary>
/// <param name="Corpus">Its name.</param>
/// <param name="BytesDone">Bytes of its files that were read.</param>
/// <param name="TotalBytes">Bytes of its files.</param>
/// <param name="DocumentCount">Documents so far, held-out ones included.</param>
/// <param name="TokenCount">Tokens so far.</param>
/// <param name="CharacterCount">UTF-16 units of text so far.</param>
/// <param name="Message">What a person should know, such as that existing shards are used; null for a mere count.</param>
public readonly record struct DataProgress(
    string Corpus, long BytesDone, long TotalBytes, long DocumentCount, long TokenCount, long CharacterCount, string? Message);
