using PlamoNative.Engine;

namespace PlamoNative.Bench;

/// <summary>One kernel of a training step at one shape.</summary>
/// <param name="name">What it is.</param>
/// <param name="shape">The shape in words.</param>
/// <param name="count">How often a step runs it.</param>
/// <param name="flops">Model FLOP of one run; 0 where none are counted.</param>
/// <param name="prepare">Makes the operands, registers them and gives one run.</param>
internal sealed class TrainingPart(string name, string shape, int count, double flops, Func<List<Tensor>, Action> prepare)
{
    private readonly List<Tensor> _owned = [];

    /// <summary>What it is.</summary>
    public string Name { get; } = name;

    /// <summary>The shape in words.</summary>
    public string Shape { get; } = shape;

    /// <summary>How often a step runs it.</summary>
    public int Count { get; } = count;

    /// <summary>Model FLOP of one run.</summary>
    public double Flops { get; } = flops;

    /// <summary>Makes the operands.</summary>
    public Action Prepare() => prepare(_owned);

    /// <summary>Frees the operands.</summary>
    public void Free()
    {
        _owned.ForEach(static tensor => tensor.Dispose());
        _owned.Clear();
    }
}
