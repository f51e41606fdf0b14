namespace PlamoNative.Cli.Rendering;

/// <summary>
/// What a command says on standard error besides errors. Nothing appears before every input has been accepted, so that the line about a bad input is the
/// only one there; notes taken earlier wait.
/// </summary>
internal sealed class Notices(TextWriter error)
{
    private readonly List<string> _waiting = [];

    /// <summary>True once inputs are accepted: failures from here on are failures of the work.</summary>
    internal bool IsOpen { get; private set; }

    /// <summary>Says a line now, or as soon as inputs are accepted.</summary>
    internal void Add(string line)
    {
        if (IsOpen)
        {
            error.WriteLine(line);
        }
        else
        {
            _waiting.Add(line);
        }
    }

    /// <summary>Inputs are accepted: the first line (the device), then what waited.</summary>
    internal void Open(string firstLine)
    {
        if (IsOpen)
        {
            return;
        }

        IsOpen = true;
        error.WriteLine(firstLine);
        foreach (var line in _waiting)
        {
            error.WriteLine(line);
        }

        _waiting.Clear();
    }
}
