using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>
/// Reads how large a dictionary the first block of an xz file asks for before a decoder allocates it (.xz file format 1.2, sections 3.1 and 5.3.1): a file of a
/// hundred bytes may ask for 4 GiB.
/// </summary>
internal static class XzHeader
{
    /// <summary>Bytes from the file's start that hold a usual block header whole.</summary>
    internal const int MaxBytes = 64;

    private const int StreamHeaderBytes = 12;
    private const int Lzma2 = 0x21;
    private const int LargestDictionaryCode = 28;

    /// <exception cref="ModelFormatException">The dictionary would be larger than 64 MiB, what <c>xz -9</c> uses.</exception>
    internal static void Check(string path, ReadOnlySpan<byte> start)
    {
        var at = StreamHeaderBytes;
        if (start.Length <= at + 2 || start[at] == 0)
        {
            return;
        }

        var flags = start[at + 1];
        at += 2;
        for (var sizes = ((flags >> 6) & 1) + ((flags >> 7) & 1); sizes > 0; sizes--)
        {
            SkipNumber(start, ref at);
        }

        for (var filters = (flags & 3) + 1; filters > 0 && at + 2 < start.Length; filters--)
        {
            var (id, size) = (start[at], start[at + 1]);
            at += 2;
            if (id == Lzma2 && start[at] > LargestDictionaryCode)
            {
                throw new ModelFormatException(path, "xz dictionary", "at most 64 MiB", $"size code {start[at]}", at);
            }

            at += size;
        }
    }

    private static void SkipNumber(ReadOnlySpan<byte> bytes, ref int at)
    {
        while (at < bytes.Length && (bytes[at++] & 0x80) != 0)
        {
        }
    }
}
