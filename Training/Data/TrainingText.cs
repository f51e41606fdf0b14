using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PlamoNative.Training.Data;

/// <summary>The texts that a run learns from, document by document: what its tokenizer may see. Held-out documents are left out.</summary>
internal static class TrainingText
{
    /// <summary>Reads the documents of all sources.</summary>
    /// <param name="sources">The corpora.</param>
    /// <param name="heldOutFraction">As in <see cref="DataOptions.HeldOutFraction"/>.</param>
    /// <param name="mostBytes">UTF-8 bytes after which no further document is given.</param>
    internal static IEnumerable<string> Read(IReadOnlyList<CorpusOptions> sources, double heldOutFraction, long mostBytes)
    {
        var bytes = 0L;
        foreach (var source in sources)
        {
            var decoder = new DocumentDecoder(source);
            var group = new DocumentGroup();
            foreach (var path in CorpusFiles.Expand(source))
            {
                using var reader = DocumentReader.Open(path, source);
                while (reader.TryRead(group))
                {
                    for (var i = 0; i < group.Documents.Length; i++)
                    {
                        var document = group.Documents[i];
                        decoder.Decode(document, group[document]);
                        if (!HeldOutHash.IsHeldOut(decoder.All, heldOutFraction))
                        {
                            bytes += document.Length;
                            yield return new string(decoder.All);
                        }
                    }

                    group.Clear();
                    if (bytes >= mostBytes)
                    {
                        yield break;
                    }
                }
            }
        }
    }
}

/// <summary>Which documents are held out: a function of their text alone.</summary>
internal static class HeldOutHash
{
    /// <summary>
    /// Compares 53 bits of the text's hash with the fraction: neither order nor number of files move a document from one side to the other, and equal documents
    /// stay on one side.
    /// </summary>
    internal static bool IsHeldOut(ReadOnlySpan<char> text, double fraction)
    {
        if (fraction <= 0)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text), hash);
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 11) * (1.0 / (1L << 53)) < fraction;
    }
}
