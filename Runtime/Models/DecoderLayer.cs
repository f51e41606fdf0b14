using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>
/// One layer, normed before and after each of its two branches: <c>x += postMixer(mixer(preMixer(x)))</c>, <c>x += postMlp(mlp(preMlp(x)))</c>.
/// </summary>
internal sealed class DecoderLayer(string name, Norm preMixer, Mixer mixer, Norm postMixer, Norm preMlp, Mlp mlp, Norm postMlp)
{
    /// <summary>Number and kind, for profiles.</summary>
    internal string Name { get; } = name;

    /// <summary>Runs the layer and gives <paramref name="input"/> back.</summary>
    internal Tensor Forward(IOperators ops, Tensor input, ForwardBatch batch)
    {
        using var mixed = Mix(ops, input, batch);
        input.Dispose();
        using var branch = Think(ops, mixed);
        return ops.Add(mixed, branch);
    }

    private Tensor Mix(IOperators ops, Tensor input, ForwardBatch batch)
    {
        using var range = Profiler.Range(mixer.Name, "part");
        using var normed = preMixer.Forward(ops, input);
        using var mixed = mixer.Forward(ops, normed, batch);
        using var branch = postMixer.Forward(ops, mixed);
        return ops.Add(input, branch);
    }

    private Tensor Think(IOperators ops, Tensor input)
    {
        using var range = Profiler.Range("mlp", "part");
        using var normed = preMlp.Forward(ops, input);
        using var thought = mlp.Forward(ops, normed);
        return postMlp.Forward(ops, thought);
    }
}
