using System.Text.RegularExpressions;

namespace PlamoNative.Assembly.Tests;

/// <summary>A statement of an entry: line of the text from one, opcode with modifiers (empty for a label), operands.</summary>
internal sealed record PtxStatement(int Line, string Opcode, string Operands)
{
    internal string[] Parts { get; } = Opcode.Split('.');

    /// <summary>The opcode before its first modifier.</summary>
    internal string Name => Parts[0];

    internal bool IsLabel => Opcode.Length == 0;

    /// <summary>True for a barrier of the whole block that waits: <c>bar.sync</c>, <c>barrier.sync</c>, <c>bar.red</c>; not an arrival, not a cluster's.</summary>
    internal bool IsBlockBarrier => Name is "bar" or "barrier" && Parts.Length > 1 && (Parts[1] is "sync" or "red" || (Parts[1] == "cta" && Parts[2] is "sync" or "red"));

    /// <summary>True where memory is read or written, by whatever instruction, or where another function might.</summary>
    internal bool TouchesMemory =>
        Name is "ld" or "st" or "atom" or "red" or "ldu" or "ldmatrix" or "stmatrix" or "cp" or "wgmma" or "mbarrier" or "call" or "prefetch" or "multimem" or "wmma" or "fence" or "membar"
        && !(Name is "ld" or "st" && Parts.Contains("param"));
}

/// <summary>The statements of one entry, without comments and declarations of registers.</summary>
internal sealed partial class PtxBody
{
    private PtxBody(IReadOnlyList<PtxStatement> statements, IReadOnlyList<PtxStatement> locals)
    {
        Statements = statements;
        Locals = locals;
    }

    internal IReadOnlyList<PtxStatement> Statements { get; }

    /// <summary>Declarations of <c>.local</c> variables.</summary>
    internal IReadOnlyList<PtxStatement> Locals { get; }

    /// <summary>The body of <paramref name="entry"/>.</summary>
    internal static PtxBody Of(string text, string entry)
    {
        // Comments and line information become blanks of the same number of lines, so that lines stay true.
        text = Comment().Replace(text, static match => new string('\n', match.Value.Count(static character => character == '\n')));
        var head = Regex.Match(text, $"\\.entry\\s+{Regex.Escape(entry)}\\s*[({{]");
        var start = head.Success ? text.IndexOf('{', head.Index) : -1;
        if (start < 0)
        {
            throw new ArgumentException($"the PTX has no entry '{entry}'", nameof(entry));
        }

        var statements = new List<PtxStatement>();
        var locals = new List<PtxStatement>();
        var line = 1 + text.AsSpan(0, start).Count('\n');
        var depth = 0;
        var from = start;
        for (var at = start; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\n':
                    line++;
                    break;
                case '{' when text.AsSpan(from, at - from).Trim().IsEmpty || at == start:
                    depth++;
                    from = at + 1;
                    break;
                case '}' when text.AsSpan(from, at - from).Trim().IsEmpty:
                    from = at + 1;
                    if (--depth == 0)
                    {
                        return new PtxBody(statements, locals);
                    }

                    break;
                case ':' when Label().IsMatch(text[from..at].Trim()):
                    statements.Add(new PtxStatement(line, "", text[from..at].Trim()));
                    from = at + 1;
                    break;
                case ';':
                    Add(text[from..at].Trim(), line, statements, locals);
                    from = at + 1;
                    break;
            }
        }

        throw new ArgumentException($"the body of entry '{entry}' has no end", nameof(text));
    }

    private static void Add(string statement, int line, List<PtxStatement> statements, List<PtxStatement> locals)
    {
        if (statement.StartsWith(".local", StringComparison.Ordinal))
        {
            locals.Add(new PtxStatement(line, ".local", statement));
        }

        if (statement.Length == 0 || statement[0] == '.')
        {
            return;
        }

        var match = Instruction().Match(statement);
        statements.Add(new PtxStatement(line, match.Groups[1].Value, match.Groups[2].Value.Trim()));
    }

    [GeneratedRegex("//[^\n]*|/\\*.*?\\*/|^[ \t]*\\.loc\\s[^\n]*", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("^[A-Za-z_$%][A-Za-z0-9_$]*$")]
    private static partial Regex Label();

    [GeneratedRegex("^(?:@!?[^\\s]+\\s+)?([A-Za-z0-9_.:]+)(.*)$", RegexOptions.Singleline)]
    private static partial Regex Instruction();
}
