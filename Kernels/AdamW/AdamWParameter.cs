using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>A parameter and what an optimizer keeps of it; four dense tensors of one shape and type, float32 or float64.</summary>
/// <param name="Value">p, changed by a step.</param>
/// <param name="Gradient">g, read only.</param>
/// <param name="FirstMoment">m, 0 before the first step.</param>
/// <param name="SecondMoment">v, 0 before the first step.</param>
/// <param name="Decays">Whether weight decay applies: to weights of linear layers and embeddings, not to norms, biases and the scan's own parameters.</param>
public readonly record struct AdamWParameter(Tensor Value, Tensor Gradient, Tensor FirstMoment, Tensor SecondMoment, bool Decays);
