using System.Buffers;
using System.Text.Unicode;

namespace PlamoNative.Cli.Input;

/// <summary>
/// Finds arguments that are not UTF-8. The platform hands such bytes over as U+FFFD, and a text would change without a word; Linux still tells the bytes.
/// </summary>
internal static class RawArguments
{
    private const string BytesOfArguments = "/proc/self/cmdline";

    /// <summary>What is wrong, in one line, or null.</summary>
    internal static string? FindMalformed(IReadOnlyList<string> arguments)
    {
        var isSuspect = arguments.Any(static argument => argument.Contains('\uFFFD', StringComparison.Ordinal));
        return isSuspect && OperatingSystem.IsLinux() && File.Exists(BytesOfArguments)
            ? FindMalformed(File.ReadAllBytes(BytesOfArguments), arguments.Count)
            : null;
    }

    /// <param name="bytes">All arguments, the program's own names first, each ended by a zero byte.</param>
    /// <param name="count">How many at the end are the command's.</param>
    internal static string? FindMalformed(ReadOnlySpan<byte> bytes, int count)
    {
        var index = count - bytes.Count((byte)0);
        var chars = new char[bytes.Length];
        foreach (var range in bytes.TrimEnd((byte)0).Split((byte)0))
        {
            var argument = bytes[range];
            index++;
            if (index > 0 && Utf8.ToUtf16(argument, chars, out var read, out _, replaceInvalidSequences: false) != OperationStatus.Done)
            {
                return $"argument {index}: byte {read}: expected UTF-8, found 0x{argument[read]:X2}";
            }
        }

        return null;
    }
}
