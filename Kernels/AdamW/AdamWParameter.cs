using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>A parameter and what an optimizer keeps of it; dense tensors of one shape and type, float32 or float64.</summary>
/// <param name="Value">p, changed by a step. With a master: bfloat16, the master rounded to the nearest (ties to even) after every step.</param>
/// <param name="Gradient">g, read only.</param>
/// <param name="FirstMoment">m, 0 before the first step.</param>
/// <param name="SecondMoment">v, 0 before the first step.</param>
/// <param name="Decays">Whether weight decay applies: to weights of linear layers and embeddings, not to norms, biases and the scan's own parameters.</param>
/// <param name="Master">The exact parameter of a bfloat16 value, float32 as its gradient and moments are; null if the value is exact itself.</param>
public readonly record struct AdamWParameter(
    Tensor Value, Tensor Gradient, Tensor FirstMoment, Tensor SecondMoment, bool Decays, Tensor? Master = null)
{
    /// <summary>What the formula changes: the master, or the value without one.</summary>
    internal Tensor Exact => Master ?? Value;
}
