using System.Text;

namespace PlamoNative.Cli;

/// <summary>The three streams of a command, and which of them a person sits at. Verbs know no other console.</summary>
internal sealed class CommandStreams
{
    /// <summary>Without a byte order mark; what cannot be encoded (a lone surrogate) is replaced rather than thrown at the person who reads an error.</summary>
    internal static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    internal CommandStreams(
        Stream input, Stream output, Stream error, bool inputIsTerminal = false, bool outputIsTerminal = false, bool errorIsTerminal = false)
    {
        Input = input;
        Output = output;
        InputIsTerminal = inputIsTerminal;
        OutputIsTerminal = outputIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
        OutputWriter = new StreamWriter(output, Utf8, bufferSize: 4096, leaveOpen: true) { NewLine = "\n" };
        ErrorWriter = new StreamWriter(error, Utf8, bufferSize: 512, leaveOpen: true) { NewLine = "\n", AutoFlush = true };
    }

    /// <summary>Standard input, byte for byte.</summary>
    internal Stream Input { get; }

    /// <summary>Standard output, byte for byte. Flush <see cref="OutputWriter"/> before writing here.</summary>
    internal Stream Output { get; }

    internal bool InputIsTerminal { get; }

    internal bool OutputIsTerminal { get; }

    internal bool ErrorIsTerminal { get; }

    /// <summary>Standard output as UTF-8 text; buffered until flushed.</summary>
    internal StreamWriter OutputWriter { get; }

    /// <summary>Standard error as UTF-8 text.</summary>
    internal StreamWriter ErrorWriter { get; }
}
