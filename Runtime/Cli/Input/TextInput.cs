using System.Buffers;
using System.CommandLine;
using System.Text.Unicode;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Verbs;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Cli.Input;

/// <summary>Text from an option, else from standard input: byte for byte, nothing trimmed, nothing replaced.</summary>
internal static class TextInput
{
    private const string StandardInput = "standard input";

    /// <summary>More UTF-16 units than this do not fit a .NET string.</summary>
    private const int MostBytes = 1 << 30;

    /// <summary>The option's text, or all of standard input when the option is absent.</summary>
    internal static string Read(VerbContext context, Option<string> option)
    {
        if (FromOption(context, option) is { } text)
        {
            return text;
        }

        using var bytes = new MemoryStream();
        context.Streams.Input.CopyTo(bytes);
        return Decode(bytes.GetBuffer().AsSpan(0, checked((int)bytes.Length)), StandardInput);
    }

    /// <summary>The option's text, or null when the option is absent.</summary>
    internal static string? FromOption(VerbContext context, Option<string> option) =>
        context.Values.Text(option) is { } text ? Checked(text, option.Name) : null;

    /// <summary>All of a text file.</summary>
    internal static string ReadFile(string path) => Decode(InputFile.ReadAllBytes(path, MostBytes), path);

    /// <summary>Decodes well-formed UTF-8; a byte order mark is text like any other.</summary>
    /// <exception cref="UsageException">The bytes are not UTF-8; the message names the first bad one.</exception>
    internal static string Decode(ReadOnlySpan<byte> utf8, string source)
    {
        if (utf8.Length > MostBytes)
        {
            throw new UsageException($"{source}: expected at most {MostBytes} bytes, found {utf8.Length}");
        }

        var chars = ArrayPool<char>.Shared.Rent(Math.Max(utf8.Length, 1));
        try
        {
            return Utf8.ToUtf16(utf8, chars, out var read, out var written, replaceInvalidSequences: false) == OperationStatus.Done
                ? new string(chars, 0, written)
                : throw new UsageException($"{source}: byte {read}: expected UTF-8, found 0x{utf8[read]:X2}");
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    /// <summary>An option's text is UTF-16 already; a lone half of a pair cannot be encoded.</summary>
    private static string Checked(string text, string option)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                throw UsageException.ForOption(option, "well-formed text", $"a lone surrogate U+{(int)text[i]:X4} at character {i}");
            }
        }

        return text;
    }
}
