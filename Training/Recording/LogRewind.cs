using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Recording;

/// <summary>
/// Takes a log back to a step, for a run that goes on from there: what a killed run wrote about later steps goes, and so does a torn last line. The file
/// is replaced as a whole; killed in between, the old one is still there.
/// </summary>
internal static class LogRewind
{
    /// <summary>Finds out what a line is about.</summary>
    /// <returns>False when the line is damaged.</returns>
    internal delegate bool HeadReader(ReadOnlySpan<byte> line, out LineHead head);

    /// <summary>
    /// Keeps everything up to the last step or validation of a step no later than <paramref name="step"/>. Of what follows only incidents and checkpoints
    /// of such steps stay: a checkpoint is written in the background and can be complete some steps after its own.
    /// </summary>
    /// <exception cref="ModelFormatException">A line that is not the last one is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read or replaced.</exception>
    internal static void Rewind(string path, long step, HeadReader read)
    {
        if (!File.Exists(path))
        {
            return;
        }

        var (cut, length) = FindCut(path, step, read);
        if (cut == length)
        {
            return;
        }

        using var output = AtomicFile.Create(path);
        using (var lines = LineReader.Open(path))
        {
            while (lines.Next(out var line))
            {
                if (lines.NextOffset <= cut || (!lines.IsTorn && read(line, out var head) && !head.IsProgress && head.Step <= step))
                {
                    output.Stream.Write(line);
                    output.Stream.WriteByte((byte)'\n');
                }
            }
        }

        output.Commit();
    }

    /// <summary>Where the kept part ends, and where the file ends.</summary>
    private static (long Cut, long Length) FindCut(string path, long step, HeadReader read)
    {
        using var lines = LineReader.Open(path);
        var cut = 0L;
        var trailing = 0L;
        var damagedLine = 0;
        while (lines.Next(out var line))
        {
            if (damagedLine > 0)
            {
                throw new ModelFormatException(path, $"line {damagedLine}", "a record", "a damaged line before the last one");
            }

            if (lines.IsTorn || !read(line, out var head))
            {
                damagedLine = lines.Number;
            }
            else if (head.Step <= step && (head.IsProgress || trailing == lines.Offset))
            {
                // What directly follows the kept part and belongs to it extends it, so that an intact log is not written anew.
                cut = lines.NextOffset;
                trailing = cut;
            }
        }

        return (cut, lines.NextOffset);
    }
}

/// <summary>What a line of a log is about.</summary>
/// <param name="IsProgress">A step or a validation, whose order is the order of the run.</param>
/// <param name="Step">Its step.</param>
internal readonly record struct LineHead(bool IsProgress, long Step);
