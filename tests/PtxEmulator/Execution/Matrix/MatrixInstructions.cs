using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>An instruction that the whole warp must execute.</summary>
internal abstract unsafe class WholeWarpInstruction : ControlInstruction
{
    internal override bool Transfer(Warp warp, Split split, uint mask)
    {
        if (mask == 0)
        {
            split.Pc++;
            return true;
        }

        if (!warp.Gather(split, mask, uint.MaxValue, out var together))
        {
            return false;
        }

        if (together != uint.MaxValue)
        {
            warp.Report(this, FindingKind.DivergentWarp, together, () => $"executed by lanes 0x{together:x8} of warp {warp.Index}; a matrix instruction needs all 32");
        }

        try
        {
            Execute(warp, together);
        }
        catch (PtxRuleException rule)
        {
            warp.Report(this, FindingKind.InvalidOperation, together, () => rule.Message);
        }

        split.Pc++;
        return true;
    }

    internal abstract override void Execute(Warp warp, uint mask);

    /// <summary>Copies rows of 32-bit registers to consecutive places.</summary>
    protected static void Collect(Warp warp, Source[] rows, uint* into)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            Buffer.MemoryCopy(rows[i].Of<uint>(warp), into + (i * Warp.Lanes), 128, 128);
        }
    }

    protected static void Spread(Warp warp, uint* from, int[] rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            Buffer.MemoryCopy(from + (i * Warp.Lanes), warp.Registers + rows[i], 128, 128);
        }
    }
}

/// <summary><c>mma.sync</c>.</summary>
internal sealed unsafe class MatrixMultiply(MmaInstruction instruction, AccumulationModel model, int[] d, Source[] a, Source[] b, Source[] c) : WholeWarpInstruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        warp.Block.Counters.MatrixInstructions++;
        var rows = (uint*)warp.Scratch;
        var rowsB = rows + (a.Length * Warp.Lanes);
        var rowsC = rowsB + (b.Length * Warp.Lanes);
        var result = rowsC + (c.Length * Warp.Lanes);
        Collect(warp, a, rows);
        Collect(warp, b, rowsB);
        Collect(warp, c, rowsC);
        Mma.Execute(
            instruction, new(rows, a.Length * Warp.Lanes), new(rowsB, b.Length * Warp.Lanes), new(rowsC, c.Length * Warp.Lanes), new(result, d.Length * Warp.Lanes), model);
        Spread(warp, result, d);
    }
}

/// <summary><c>mma.sync</c> of f64.</summary>
internal sealed unsafe class MatrixMultiplyDouble(MmaShape shape, Rounding rounding, int[] d, Source[] a, Source[] b, Source[] c) : WholeWarpInstruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        warp.Block.Counters.MatrixInstructions++;
        var rows = (ulong*)warp.Scratch;
        var result = rows + ((a.Length + b.Length + c.Length) * Warp.Lanes);
        var at = rows;
        foreach (var source in (ReadOnlySpan<Source>)[.. a, .. b, .. c])
        {
            Buffer.MemoryCopy(source.Of<ulong>(warp), at, 256, 256);
            at += Warp.Lanes;
        }

        Mma.ExecuteF64(
            shape, new(rows, a.Length * Warp.Lanes), new(rows + (a.Length * Warp.Lanes), b.Length * Warp.Lanes),
            new(rows + ((a.Length + b.Length) * Warp.Lanes), c.Length * Warp.Lanes), new(result, d.Length * Warp.Lanes), rounding);
        for (var i = 0; i < d.Length; i++)
        {
            Buffer.MemoryCopy(result + (i * Warp.Lanes), warp.Registers + d[i], 256, 256);
        }
    }
}

/// <summary><c>movmatrix</c>.</summary>
internal sealed unsafe class MatrixMove(int d, Source a) : WholeWarpInstruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var result = new Span<uint>(warp.Scratch, Warp.Lanes);
        MatrixMoves.Transpose(new(a.Of<uint>(warp), Warp.Lanes), result);
        result.CopyTo(new(warp.Registers + d, Warp.Lanes));
    }
}
