using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>Gated MLP: <c>down(SiLU(g) · u)</c> with <c>[g ; u] = gate_up(x)</c>.</summary>
internal sealed class Mlp(LinearWeight gateUp, LinearWeight down)
{
    internal Tensor Forward(IOperators ops, Tensor input)
    {
        using var both = ops.Linear(input, gateUp);
        using var gated = ops.SwiGlu(both);
        return ops.Linear(gated, down);
    }
}
