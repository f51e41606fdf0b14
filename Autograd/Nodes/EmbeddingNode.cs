using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Rows of a table or of a tensor: y[t] = table[rows[t]].</summary>
internal sealed class EmbeddingNode : Node
{
    private int[] _rows = [];
    private int _count;
    private GradientInput _ofTable;

    public override string Name => "embedding";

    internal void Fill(ReadOnlySpan<int> rows, Tensor table)
    {
        if (_rows.Length < rows.Length)
        {
            _rows = new int[rows.Length];
        }

        rows.CopyTo(_rows);
        _count = rows.Length;
        _ofTable = Input(table);
    }

    public override void Backward()
    {
        using var target = _ofTable.Accumulator(Tape);
        EmbeddingBackward.Run(_rows.AsSpan(0, _count), OutputGradient, target);
    }
}
