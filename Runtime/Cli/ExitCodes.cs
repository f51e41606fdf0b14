namespace PlamoNative.Cli;

/// <summary>What the process tells whoever started it.</summary>
internal static class ExitCodes
{
    /// <summary>The work is done.</summary>
    internal const int Done = 0;

    /// <summary>The inputs were fine and the work failed: a full disk, too little memory, a defect of the program.</summary>
    internal const int Failed = 1;

    /// <summary>Wrong usage or bad input.</summary>
    internal const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C, as shells count it: 128 + SIGINT.</summary>
    internal const int Interrupted = 130;
}
