using PlamoNative.Engine;

namespace PlamoNative.Training.Synthetic;

/// <summary>The random choices of one document: the stream of its number under the corpus' seed, the same everywhere.</summary>
internal sealed class Draws(ulong seed, ulong document)
{
    private readonly Philox _random = new(seed, document);
    private ulong _drawn;

    /// <summary>A number in [0, bound).</summary>
    internal int Below(int bound) => (int)Math.BigMul(_random.Block(_drawn++).Low, (ulong)bound, out _);

    /// <summary>A number in [first, last].</summary>
    internal int Between(int first, int last) => first + Below(last - first + 1);

    /// <summary>True so many times in a hundred.</summary>
    internal bool Chance(int percent) => Below(100) < percent;

    /// <summary>One of several.</summary>
    internal T Pick<T>(params ReadOnlySpan<T> items) => items[Below(items.Length)];

    /// <summary>Two different ones of several.</summary>
    internal (T First, T Second) PickTwo<T>(ReadOnlySpan<T> items)
    {
        var first = Below(items.Length);
        var second = Below(items.Length - 1);
        return (items[first], items[second < first ? second : second + 1]);
    }

    /// <summary>Three different ones of several.</summary>
    internal (T First, T Second, T Third) PickThree<T>(ReadOnlySpan<T> items)
    {
        var first = Below(items.Length);
        var second = (first + 1 + Below(items.Length - 1)) % items.Length;
        var (low, high) = (Math.Min(first, second), Math.Max(first, second));
        var third = Below(items.Length - 2);
        third += third >= low ? 1 : 0;
        third += third >= high ? 1 : 0;
        return (items[first], items[second], items[third]);
    }
}
