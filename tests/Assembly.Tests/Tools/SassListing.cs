using System.Text.RegularExpressions;

namespace PlamoNative.Assembly.Tests;

/// <summary>A machine instruction: address, predicate or empty, opcode with its modifiers, operands.</summary>
internal sealed record SassInstruction(int Address, string Predicate, string Opcode, string Operands)
{
    private readonly string[] _parts = Opcode.Split('.');

    /// <summary>The part before the first dot.</summary>
    internal string Name => _parts[0];

    /// <summary>True if <paramref name="wanted"/> is this opcode with or without more modifiers: <c>LDG.E.128</c> is met by <c>LDG.E.128.CONSTANT</c>.</summary>
    internal bool Is(string wanted)
    {
        var parts = wanted.Split('.');
        return parts[0] == _parts[0] && parts.Skip(1).All(part => _parts.Contains(part, StringComparer.Ordinal));
    }
}

/// <summary>The machine code of one entry, as the disassembler prints it.</summary>
internal sealed partial class SassListing
{
    internal static readonly SassListing Empty = new([], "");

    private SassListing(IReadOnlyList<SassInstruction> instructions, string text)
    {
        Instructions = instructions;
        Text = text;
    }

    /// <summary>The instructions in order of address, fillers included.</summary>
    internal IReadOnlyList<SassInstruction> Instructions { get; }

    /// <summary>The disassembler's text of this entry.</summary>
    internal string Text { get; }

    /// <summary>How many instructions are <paramref name="wanted"/>, with any further modifiers.</summary>
    internal int Count(string wanted) => Instructions.Count(instruction => instruction.Is(wanted));

    /// <summary>The same code with every <paramref name="unwanted"/> instruction gone, for faults that no assembler makes.</summary>
    internal SassListing Without(string unwanted) => new([.. Instructions.Where(instruction => !instruction.Is(unwanted))], Text);

    /// <summary>The listings of all entries in the output of <c>nvdisasm -c</c>, by name.</summary>
    internal static IReadOnlyDictionary<string, SassListing> Read(string disassembly)
    {
        var listings = new Dictionary<string, SassListing>(StringComparer.Ordinal);
        foreach (var section in Section().Split(disassembly).Skip(1).Chunk(2))
        {
            var instructions = Instruction().Matches(section[1]).Select(static match => new SassInstruction(
                Convert.ToInt32(match.Groups[1].Value, 16), match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value.Trim()));
            listings[section[0]] = new SassListing([.. instructions], section[1]);
        }

        return listings;
    }

    [GeneratedRegex("^\\s*\\.section\\s+\\.text\\.([^,\\s]+),.*$", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex("/\\*([0-9a-f]{4,})\\*/\\s+(?:(@!?U?P[0-9T]+)\\s+)?([A-Z][A-Z0-9_.]*)([^;]*);")]
    private static partial Regex Instruction();
}
