using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>RMS norm with its factors: <c>y = x (mean x² + epsilon)^(-1/2) (weight + offset)</c>.</summary>
internal sealed class Norm(ModelParameter weight, double epsilon)
{
    internal Tensor Forward(IOperators ops, Tensor input) => ops.RmsNorm(input, weight.Values, weight.NormOffset, epsilon);
}
