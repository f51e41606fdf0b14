using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

/// <summary>Puts loaded tensors where the network uses them.</summary>
internal sealed class LayerBuilder(Plamo2Configuration c, Func<WeightSlot, ModelParameter> load)
{
    private int _attentionLayers;
    private int _mambaLayers;

    internal DecoderLayer[] Layers()
    {
        var kinds = c.LayerKinds();
        return [.. kinds.Select((kind, i) => Layer(i, LayerSlots.Create(c, i, kind), kind))];
    }

    internal LinearWeight Matrix(WeightSlot slot) => load(slot).Weight!;

    internal Norm Norm(WeightSlot slot, double epsilon) => new(load(slot), epsilon);

    private DecoderLayer Layer(int index, LayerSlots slots, LayerKind kind) => new(
        FormattableString.Invariant($"layer {index} ({kind})"),
        Norm(slots.PreMixerNorm, c.RmsNormEpsilon),
        slots.Mamba is { } mamba ? Mamba(mamba) : Attention(slots.Attention!, kind),
        Norm(slots.PostMixerNorm, c.RmsNormEpsilon),
        Norm(slots.PreMlpNorm, c.RmsNormEpsilon),
        new Mlp(Matrix(slots.GateUp), Matrix(slots.Down)),
        Norm(slots.PostMlpNorm, c.RmsNormEpsilon));

    private AttentionMixer Attention(AttentionSlots slots, LayerKind kind) => new(
        c,
        kind,
        _attentionLayers++,
        Matrix(slots.Qkv),
        Matrix(slots.Out),
        Norm(slots.QueryNorm, Plamo2Configuration.QueryKeyNormEpsilon),
        Norm(slots.KeyNorm, Plamo2Configuration.QueryKeyNormEpsilon));

    private MambaMixer Mamba(MambaSlots slots) => new(
        c,
        _mambaLayers++,
        new MambaWeights(
            In: Matrix(slots.In),
            Convolution: load(slots.Convolution).Values,
            Bcdt: Matrix(slots.Bcdt),
            BNorm: Norm(slots.BNorm, c.RmsNormEpsilon),
            CNorm: Norm(slots.CNorm, c.RmsNormEpsilon),
            TimeStepNorm: Norm(slots.TimeStepNorm, c.RmsNormEpsilon),
            TimeStep: Matrix(slots.TimeStep),
            TimeStepBias: load(slots.TimeStepBias).Values,
            ALog: load(slots.ALog).Values,
            Skip: load(slots.Skip).Values,
            Out: Matrix(slots.Out)));
}
