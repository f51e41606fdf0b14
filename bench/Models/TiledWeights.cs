using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Bench;

/// <summary>Weights for files: matrices out of one table of a million normal values, begun at another place for each; all else as before training.</summary>
internal sealed class TiledWeights : WeightSource
{
    private readonly RandomWeights _small;
    private readonly float[] _table;

    /// <summary>Prepares the weights of a shape.</summary>
    /// <param name="configuration">The shape.</param>
    /// <param name="scale">Standard deviation of the matrices.</param>
    public TiledWeights(Plamo2Configuration configuration, float scale = 0.02f)
    {
        _small = new RandomWeights(configuration, 1);
        _table = new float[1_000_003];
        var random = new Random(11);
        for (var i = 0; i < _table.Length; i++)
        {
            _table[i] = scale * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }

    /// <inheritdoc/>
    public override Plamo2Configuration Configuration => _small.Configuration;

    /// <inheritdoc/>
    public override DType TypeOf(WeightSlot slot) => DType.Float32;

    /// <inheritdoc/>
    public override void Read(WeightSlot slot, long start, Span<float> destination)
    {
        if (slot.Role != WeightRole.Linear)
        {
            _small.Read(slot, start, destination);
            return;
        }

        // A fixed hash of the name: string.GetHashCode differs from run to run.
        var place = slot.Name.Aggregate(17L, static (hash, letter) => ((hash * 31) + letter) % 1_000_003) + start;
        for (var i = 0; i < destination.Length;)
        {
            var from = (int)((place + i) % _table.Length);
            var length = Math.Min(destination.Length - i, _table.Length - from);
            _table.AsSpan(from, length).CopyTo(destination[i..]);
            i += length;
        }
    }
}
