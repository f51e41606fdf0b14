using System.Text.RegularExpressions;

namespace PlamoNative.Assembly.Tests;

/// <summary>Rules that the PTX itself must keep: what the compiler could undo, and what the assembler would get wrong without a word.</summary>
internal static partial class PtxLint
{
    private static readonly string[] Spaces = ["global", "shared", "local", "param", "const", "shared::cta", "shared::cluster", "param::entry", "param::func"];

    /// <summary>All that the entry breaks.</summary>
    internal static IReadOnlyList<Complaint> Check(PtxUnit unit)
    {
        var body = PtxBody.Of(unit.Text, unit.Entry);
        return [.. body.Locals.Select(Local), .. body.Statements.SelectMany(Statement), .. Barriers(body), .. NarrowInPlace(unit, body)];
    }

    private static Complaint Local(PtxStatement declaration) =>
        new(Rule.LocalVariable, Place(declaration), $"'{declaration.Operands}' puts an array into local memory; index it by constants, or unroll the loop that does");

    private static IEnumerable<Complaint> Statement(PtxStatement statement)
    {
        if (statement.Name is "ld" or "st" or "atom" or "red" or "ldu" && !statement.Parts.Any(Spaces.Contains))
        {
            yield return new(Rule.GenericAccess, Place(statement), $"'{statement.Opcode}' has no state space: address spaces were not inferred");
        }

        if (statement.Name == "call")
        {
            yield return new(Rule.Call, Place(statement), $"'call{statement.Operands}': the function was not inlined");
        }
    }

    // Two waits with no memory access between them, and no label by which another path could join, order nothing: the code between was moved out, as ILGPU's level O2 does.
    private static IEnumerable<Complaint> Barriers(PtxBody body)
    {
        PtxStatement? last = null;
        foreach (var statement in body.Statements)
        {
            if (statement.IsBlockBarrier)
            {
                if (last is not null && last.Operands == statement.Operands)
                {
                    yield return new(Rule.AdjacentBarriers, Place(statement), $"follows the barrier of line {last.Line} with no memory access between: what stood there was moved");
                }

                last = statement;
            }
            else if (statement.IsLabel || statement.TouchesMemory || statement.Name is "bra" or "brx" or "ret" or "exit")
            {
                last = null;
            }
        }
    }

    // ptxas 12.4 for sm_90: an fp8 mma.sync whose result and accumulator share registers doubles the product and forgets the accumulator.
    private static IEnumerable<Complaint> NarrowInPlace(PtxUnit unit, PtxBody body)
    {
        if (!unit.Architecture.StartsWith("90", StringComparison.Ordinal))
        {
            yield break;
        }

        foreach (var statement in body.Statements.Where(static statement => statement.Name == "mma" && statement.Parts.Any(static part => part is "e4m3" or "e5m2")))
        {
            var groups = Braces().Matches(statement.Operands).Select(static match => match.Value[1..^1].Split(',', StringSplitOptions.TrimEntries)).ToArray();
            if (groups.Length == 4 && groups[0].Intersect(groups[3]).ToArray() is { Length: > 0 } both)
            {
                yield return new(Rule.NarrowInPlace, Place(statement), $"fp8 mma.sync accumulates in place ({string.Join(", ", both)}); ptxas for sm_90 drops the accumulator then: use other registers, or wgmma");
            }
        }
    }

    private static string Place(PtxStatement statement) => FormattableString.Invariant($"PTX line {statement.Line}");

    [GeneratedRegex("\\{[^}]*\\}")]
    private static partial Regex Braces();
}
