using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>
/// One layer, normed before and after each of its two branches: <c>x += postMixer(mixer(preMixer(x)))</c>, <c>x += postMlp(mlp(preMlp(x)))</c>.
/// </summary>
internal sealed class DecoderLayer(string name, Norm preMixer, Mixer mixer, Norm postMixer, Norm preMlp, Mlp mlp, Norm postMlp) : ISegment<ForwardBatch>
{
    /// <summary>Number and kind, for profiles.</summary>
    internal string Name { get; } = name;

    /// <inheritdoc/>
    public Tensor Run(IOperators ops, Tensor input, ForwardBatch context)
    {
        using var range = Profiler.Range(Name, "layer");
        using var mixed = Mix(ops, input, context);
        using var branch = Think(ops, mixed);
        return ops.AddResidual(mixed, branch);
    }

    private Tensor Mix(IOperators ops, Tensor input, ForwardBatch batch)
    {
        using var range = Profiler.Range(mixer.Name, "part");
        using var normed = preMixer.Forward(ops, input);
        using var mixed = mixer.Forward(ops, normed, batch);
        using var branch = postMixer.Forward(ops, mixed);
        return ops.AddResidual(input, branch);
    }

    private Tensor Think(IOperators ops, Tensor input)
    {
        using var range = Profiler.Range("mlp", "part");
        using var normed = preMlp.Forward(ops, input);
        using var thought = mlp.Forward(ops, normed);
        return postMlp.Forward(ops, thought);
    }
}
