using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>The part of a decoder layer in which tokens meet: input and output are [T, h].</summary>
internal abstract class Mixer
{
    /// <summary>The name of its range in a trace.</summary>
    internal abstract string Name { get; }

    internal abstract Tensor Forward(IOperators ops, Tensor input, ForwardBatch batch);
}
