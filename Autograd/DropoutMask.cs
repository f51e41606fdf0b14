using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Which elements one dropout keeps: a function of seed, key and place, so that it is the same when a layer is run again.</summary>
/// <param name="Probability">p of an element to become 0; the others are divided by 1 - p.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Key">A number of its own for every dropout of the run.</param>
internal readonly record struct DropoutMask(double Probability, ulong Seed, ulong Key)
{
    internal void Apply(Tensor input, Tensor output) => Dropout.Apply(input, Probability, Seed, Key, output);
}
