namespace PlamoNative.Runtime.Models;

/// <summary>The tensors of one decoder layer.</summary>
internal sealed class LayerSlots
{
    private readonly string _prefix;
    private readonly string _ggufPrefix;
    private readonly List<WeightSlot> _all = [];

    private LayerSlots(int layer)
    {
        _prefix = FormattableString.Invariant($"model.layers.layers.{layer}.");
        _ggufPrefix = FormattableString.Invariant($"blk.{layer}.");
    }

    internal IReadOnlyList<WeightSlot> All => _all;

    internal WeightSlot PreMixerNorm { get; private init; } = null!;

    internal WeightSlot PostMixerNorm { get; private init; } = null!;

    internal WeightSlot PreMlpNorm { get; private init; } = null!;

    internal WeightSlot PostMlpNorm { get; private init; } = null!;

    internal WeightSlot GateUp { get; private init; } = null!;

    internal WeightSlot Down { get; private init; } = null!;

    /// <summary>The mixer's tensors; null for the other kind of layer.</summary>
    internal MambaSlots? Mamba { get; private set; }

    /// <summary>The mixer's tensors; null for the other kind of layer.</summary>
    internal AttentionSlots? Attention { get; private set; }

    internal static LayerSlots Create(Plamo2Configuration c, int layer, LayerKind kind)
    {
        long h = c.HiddenSize;
        long f = c.IntermediateSize;
        var names = new LayerSlots(layer);
        var slots = new LayerSlots(layer)
        {
            PreMixerNorm = names.Slot("pre_mixer_norm.weight", "attn_norm.weight", WeightRole.Norm, WeightTable.PreNormOffset, h),
            PostMixerNorm = names.Slot("post_mixer_norm.weight", "post_attention_norm", WeightRole.Norm, WeightTable.PostMixerNormOffset, h),
            PreMlpNorm = names.Slot("pre_mlp_norm.weight", "ffn_norm.weight", WeightRole.Norm, WeightTable.PreNormOffset, h),
            PostMlpNorm = names.Slot("post_mlp_norm.weight", "post_ffw_norm", WeightRole.Norm, WeightTable.PostMlpNormOffset, h),
            GateUp = names.Slot("mlp.gate_up_proj.weight", "ffn_up.weight", WeightRole.Linear, 0, 2 * f, h),
            Down = names.Slot("mlp.down_proj.weight", "ffn_down.weight", WeightRole.Linear, 0, h, f),
        };
        if (kind == LayerKind.Mamba)
        {
            slots.Mamba = names.MambaMixer(c);
        }
        else
        {
            slots.Attention = names.AttentionMixer(c);
        }

        slots._all.AddRange(names._all);
        return slots;
    }

    private MambaSlots MambaMixer(Plamo2Configuration c)
    {
        long h = c.HiddenSize;
        long inner = c.InnerSize;
        long n = c.StateSize;
        long r = c.TimeStepRank;
        return new MambaSlots(
            In: Slot("mixer.in_proj.weight", "ssm_in.weight", WeightRole.Linear, 0, 2 * inner, h),
            Convolution: Slot("mixer.conv1d.weight", "ssm_conv1d.weight", WeightRole.Convolution, 0, inner, 1, c.ConvKernelSize),
            Bcdt: Slot("mixer.bcdt_proj.weight", "ssm_x.weight", WeightRole.Linear, 0, (2 * n) + r, inner),
            TimeStep: Slot("mixer.dt_proj.weight", "ssm_dt.weight", WeightRole.Linear, 0, c.SsmHeads, r),
            TimeStepBias: Slot("mixer.dt_bias", "ssm_dt.bias", WeightRole.TimeStepBias, 0, c.SsmHeads),
            ALog: Slot("mixer.A_log", "ssm_a", WeightRole.ALog, 0, c.SsmHeads),
            Skip: Slot("mixer.D", "ssm_d", WeightRole.Skip, 0, c.SsmHeads),
            BNorm: Slot("mixer.B_norm_weight", "ssm_b_norm", WeightRole.Norm, 0, n),
            CNorm: Slot("mixer.C_norm_weight", "ssm_c_norm", WeightRole.Norm, 0, n),
            TimeStepNorm: Slot("mixer.dt_norm_weight", "ssm_dt_norm", WeightRole.Norm, 0, r),
            Out: Slot("mixer.out_proj.weight", "ssm_out.weight", WeightRole.Linear, 0, h, inner));
    }

    private AttentionSlots AttentionMixer(Plamo2Configuration c) => new(
        Qkv: Slot("mixer.qkv_proj.weight", "attn_qkv.weight", WeightRole.Linear, 0, c.QkvFeatures, c.HiddenSize),
        Out: Slot("mixer.o_proj.weight", "attn_output.weight", WeightRole.Linear, 0, c.HiddenSize, (long)c.QueryHeads * c.HeadSize),
        QueryNorm: Slot("mixer.q_weight", "attn_q_norm.weight", WeightRole.Norm, 0, c.QueryHeads, c.HeadSize),
        KeyNorm: Slot("mixer.k_weight", "attn_k_norm.weight", WeightRole.Norm, 0, c.KeyValueHeads, c.HeadSize));

    private WeightSlot Slot(string name, string ggufName, WeightRole role, double offset, params long[] shape)
    {
        var slot = new WeightSlot(_prefix + name, _ggufPrefix + ggufName, shape, role, offset);
        _all.Add(slot);
        return slot;
    }
}

/// <summary>The tensors of a Mamba mixer.</summary>
internal sealed record MambaSlots(
    WeightSlot In,
    WeightSlot Convolution,
    WeightSlot Bcdt,
    WeightSlot TimeStep,
    WeightSlot TimeStepBias,
    WeightSlot ALog,
    WeightSlot Skip,
    WeightSlot BNorm,
    WeightSlot CNorm,
    WeightSlot TimeStepNorm,
    WeightSlot Out);

/// <summary>The tensors of an attention mixer.</summary>
internal sealed record AttentionSlots(WeightSlot Qkv, WeightSlot Out, WeightSlot QueryNorm, WeightSlot KeyNorm);
