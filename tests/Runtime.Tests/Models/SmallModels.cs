using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Tests.References;

namespace PlamoNative.Tests.Runtime.Models;

/// <summary>Small odd shapes with random weights that make every part of the model matter, and the reference of the same weights.</summary>
internal static class SmallModels
{
    internal static readonly Dictionary<string, Plamo2Configuration> Shapes = new()
    {
        ["usual pattern"] = new()
        {
            VocabSize = 53, HiddenSize = 40, LayerCount = 4, IntermediateSize = 56, QueryHeads = 4, KeyValueHeads = 2, HeadSize = 16, SsmHeads = 5,
            StateSize = 24, ScanChunkSize = 16, WindowSize = 2048,
        },
        ["one kv head, window 3, untied"] = new()
        {
            VocabSize = 61, HiddenSize = 32, LayerCount = 3, IntermediateSize = 40, QueryHeads = 4, KeyValueHeads = 1, HeadSize = 8, SsmHeads = 2,
            StateSize = 8, ScanChunkSize = 5, WindowSize = 3, TieWordEmbeddings = false, RopeTheta = 777, RopeLocalTheta = 50,
        },
        ["attention first, full and local"] = new()
        {
            VocabSize = 37, HiddenSize = 24, LayerCount = 4, IntermediateSize = 24, QueryHeads = 3, KeyValueHeads = 3, HeadSize = 10, SsmHeads = 7,
            StateSize = 5, ConvKernelSize = 3, ScanChunkSize = 4, WindowSize = 2, FullAttentionLayers = [2], RopeTheta = 1e6, RopeLocalTheta = 100,
            IsAttentionLayer = [true, false, true, true], RmsNormEpsilon = 1e-3,
        },
        ["no mamba"] = new()
        {
            VocabSize = 41, HiddenSize = 48, LayerCount = 2, IntermediateSize = 32, QueryHeads = 2, KeyValueHeads = 1, HeadSize = 32, MambaEnabled = false,
            WindowSize = 1,
        },
        ["no attention"] = new()
        {
            VocabSize = 29, HiddenSize = 16, LayerCount = 2, IntermediateSize = 16, QueryHeads = 2, KeyValueHeads = 1, HeadSize = 4, SsmHeads = 6,
            StateSize = 64, IsAttentionLayer = [false, false],
        },
    };

    internal static TheoryDataOfNames Names { get; } = new(Shapes.Keys);

    /// <summary>Random weights of which none is a constant, so that no part can be left out unnoticed.</summary>
    internal static WeightSource Weights(Plamo2Configuration configuration, ulong seed = 1) => new Shaken(configuration, seed);

    /// <summary>A model of a shape.</summary>
    internal static Plamo2Model Create(string name, Device device, DType type = DType.Float32) => Create(Shapes[name], device, type);

    /// <summary>A model of a shape.</summary>
    internal static Plamo2Model Create(Plamo2Configuration configuration, Device device, DType type = DType.Float32, ulong seed = 1)
    {
        var source = Weights(configuration, seed);
        return new Plamo2Model(configuration, device, slot =>
        {
            var values = new float[slot.ElementCount];
            source.Read(slot, 0, values);
            var small = type == DType.Float64 ? DType.Float64 : DType.Float32;
            return new ModelParameter(slot, Encode(device, slot, values, slot.Role == WeightRole.Linear ? type : small), slot.NormOffset);
        });
    }

    /// <summary>The plain reference with the same weights.</summary>
    internal static ReferenceModel Reference(Plamo2Configuration c, ulong seed = 1)
    {
        var source = Weights(c, seed);
        var slots = WeightTable.All(c).ToDictionary(static slot => slot.Name);
        var cache = new Dictionary<string, double[]>();
        return new ReferenceModel(ShapeOf(c), name =>
        {
            if (!cache.TryGetValue(name, out var values))
            {
                var single = new float[slots[name].ElementCount];
                source.Read(slots[name], 0, single);
                cache[name] = values = [.. single.Select(static v => (double)v)];
            }

            return values;
        });
    }

    internal static ReferenceShape ShapeOf(Plamo2Configuration c)
    {
        var kinds = c.LayerKinds();
        return new ReferenceShape
        {
            V = c.VocabSize, Hidden = c.HiddenSize, F = c.IntermediateSize, Hq = c.QueryHeads, Hkv = c.KeyValueHeads, P = c.HeadSize, H = c.SsmHeads,
            N = c.StateSize, R = c.TimeStepRank, K = c.ConvKernelSize, Tied = c.TieWordEmbeddings, Epsilon = c.RmsNormEpsilon,
            IsAttention = [.. kinds.Select(static kind => kind != LayerKind.Mamba)],
            Window = [.. kinds.Select(kind => kind == LayerKind.WindowAttention ? c.WindowSize : (int?)null)],
            Theta = [.. kinds.Select(kind => kind == LayerKind.FullAttention ? c.RopeTheta : c.RopeLocalTheta ?? c.RopeTheta)],
        };
    }

    internal static int[] Tokens(int count, int vocabulary, ulong seed = 5)
    {
        var random = new Philox(seed, 99);
        return [.. Enumerable.Range(0, count).Select(i => (int)(random.Uniform((ulong)i) * vocabulary))];
    }

    private static unsafe Tensor Encode(Device device, WeightSlot slot, float[] values, DType type)
    {
        if (slot.Shape[^1] % type.BlockSize() != 0)
        {
            type = DType.Float16;
        }

        var tensor = Tensor.Allocate(device, new Shape(slot.Shape), type);
        TensorElements.Write(type, values, new Span<byte>(tensor.Pointer, (int)type.Bytes(values.Length)));
        return tensor;
    }

    /// <summary>The usual random weights, ten times as large, with noise on what begins as a constant.</summary>
    private sealed class Shaken(Plamo2Configuration configuration, ulong seed) : WeightSource
    {
        private readonly RandomWeights _plain = new(configuration, seed);

        public override Plamo2Configuration Configuration => configuration;

        public override DType TypeOf(WeightSlot slot) => DType.Float32;

        public override void Read(WeightSlot slot, long start, Span<float> destination)
        {
            _plain.Read(slot, start, destination);
            var noise = new Philox(seed + 1, (ulong)slot.Name.Sum(static c => (long)c * c));
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = slot.Role switch
                {
                    WeightRole.Linear => 10 * destination[i],
                    WeightRole.TimeStepBias => destination[i] + 3,
                    _ => destination[i] + (float)(0.6 * (noise.Uniform((ulong)(start + i)) - 0.5)),
                };
            }
        }
    }
}
