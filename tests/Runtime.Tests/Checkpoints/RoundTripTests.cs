using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Tests.Runtime.Models;
using Xunit;

namespace PlamoNative.Tests.Runtime.Checkpoints;

public sealed class RoundTripTests : IDisposable
{
    private readonly CpuDevice _device = new(2);
    private readonly TemporaryFolder _folder = new();

    public static TheoryDataOfNames Names => SmallModels.Names;

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(DType.Float32, 1L << 40)]
    [InlineData(DType.BFloat16, 1L << 40)]
    [InlineData(DType.Float16, 20_000L)]
    public void A_hugging_face_folder_written_from_what_was_read_is_the_same_to_the_bit(DType type, long shard)
    {
        var (first, second) = (_folder.Join("a"), _folder.Join("b"));
        var c = SmallModels.Shapes["one kv head, window 3, untied"] with { VocabSize = 300, OtherKeys = [new("capacity_factor", "1.0")] };
        var options = new HuggingFaceSaveOptions { MatrixType = type, MaxShardBytes = shard };
        HuggingFaceWriter.Save(first, SmallModels.Weights(c), new PlamoTokenizer(ByteLevelVocabulary.Create()), options);
        using (var loaded = ModelLoader.Open(first, _device))
        {
            Assert.Equal("1.0", loaded.Configuration.OtherKeys.Single(static pair => pair.Key == "capacity_factor").Value);
            HuggingFaceWriter.Save(second, new ModelWeightSource(loaded.Model), loaded.Tokenizer, options with { PassThroughFolder = first, MatrixType = null });
        }

        var files = Directory.GetFiles(first).Select(static file => Path.GetFileName(file)).Order().ToArray();
        Assert.Equal(files, Directory.GetFiles(second).Select(static file => Path.GetFileName(file)).Order());
        Assert.Equal(shard < 1 << 30, files.Contains("model.safetensors.index.json"));
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(first, file)), File.ReadAllBytes(Path.Combine(second, file))));
        Assert.Contains("generation_config.json", files);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gguf_restores_shape_and_logits(string name)
    {
        var c = SmallModels.Shapes[name] with { VocabSize = 300, BosTokenId = 1, EosTokenIds = [2], PadTokenId = 3 };
        using var model = SmallModels.Create(c, _device);
        var path = _folder.Join("model.gguf");
        GgufModelWriter.Write(path, new ModelWeightSource(model), new PlamoTokenizer(ByteLevelVocabulary.Create()), DType.Float32, "small");
        using var loaded = ModelLoader.Open(path, _device);
        Assert.Empty(loaded.Notices);
        var read = loaded.Configuration;
        Assert.Equal(c.LayerKinds(), read.LayerKinds());
        Assert.Equal(c.LayerKinds().Select(c.RopeThetaOf), read.LayerKinds().Select(read.RopeThetaOf));
        Assert.Equal((c.WindowSize, c.ScanChunkSize, c.RmsNormEpsilon, c.TieWordEmbeddings), (read.WindowSize, read.ScanChunkSize, read.RmsNormEpsilon, read.TieWordEmbeddings));
        Assert.Equal((c.HeadSize, c.IntermediateSize, c.VocabSize), (read.HeadSize, read.IntermediateSize, read.VocabSize));
        var tokens = SmallModels.Tokens(40, c.VocabSize);
        Assert.InRange(ModelRunner.MaxDifference(ModelRunner.Packed(model, tokens), ModelRunner.Packed(loaded.Model, tokens)), 0, 1e-5);
        Assert.Equal(300, loaded.RequireTokenizer().Count);
        Assert.Equal("吾輩は", loaded.RequireTokenizer().Decode(loaded.RequireTokenizer().Encode("吾輩は")));
    }

    [Fact]
    public void A_folder_made_out_of_a_gguf_made_out_of_a_folder_gives_the_same_logits()
    {
        var c = SmallModels.Shapes["one kv head, window 3, untied"] with { VocabSize = 300 };
        using var model = SmallModels.Create(c, _device);
        var (gguf, folder) = (_folder.Join("m.gguf"), _folder.Join("m"));
        GgufModelWriter.Write(gguf, new ModelWeightSource(model), new PlamoTokenizer(ByteLevelVocabulary.Create()), DType.Float32, "m");
        using (var loaded = ModelLoader.Open(gguf, _device))
        {
            HuggingFaceWriter.Save(folder, new ModelWeightSource(loaded.Model), loaded.Tokenizer);
        }

        using var back = ModelLoader.Open(folder, _device);
        var tokens = SmallModels.Tokens(40, c.VocabSize);
        Assert.InRange(ModelRunner.MaxDifference(ModelRunner.Packed(model, tokens), ModelRunner.Packed(back.Model, tokens)), 0, 1e-5);
        Assert.Equal(ByteLevelVocabulary.Count, back.RequireTokenizer().Count);
    }

    [Theory]
    [InlineData(DType.Float16, 0.01, 0)]
    [InlineData(DType.BFloat16, 0.08, 0)]
    [InlineData(DType.Q8_0, 0.1, 1)]
    [InlineData(DType.Q4_0, 0.8, 1)]
    public void Converted_types_hold_vectors_in_float32_and_stay_near(DType type, double relativeError, int fragileNotices)
    {
        var c = SmallModels.Shapes["usual pattern"] with { HiddenSize = 64, IntermediateSize = 80, HeadSize = 32, VocabSize = 300, FullAttentionLayers = [1, 3] };
        using var model = SmallModels.Create(c, _device);
        var path = _folder.Join("model.gguf");
        var notices = GgufModelWriter.Write(path, new ModelWeightSource(model), null, type, "m");
        Assert.Equal(2 * fragileNotices, notices.Count);
        using (var file = GgufFile.Open(path))
        {
            Assert.Equal(DType.Float32, file.Get("blk.0.ssm_a").DType);
            Assert.Equal(DType.Float32, file.Get("blk.0.ssm_conv1d.weight").DType);
            Assert.Equal(DType.Float32, file.Get("blk.1.post_ffw_norm").DType);
            Assert.Equal(type, file.Get("blk.0.ffn_up.weight").DType);
            Assert.Equal(type.IsBlockQuantized() ? DType.Float16 : type, file.Get("blk.0.ffn_down.weight").DType);
        }

        using var loaded = ModelLoader.Open(path, _device);
        Assert.Null(loaded.Tokenizer);
        var tokens = SmallModels.Tokens(12, c.VocabSize);
        var (exact, rounded) = (ModelRunner.Packed(model, tokens), ModelRunner.Packed(loaded.Model, tokens));
        var error = exact.Zip(rounded, static (a, b) => (a - b) * (a - b)).Sum() / exact.Sum(static a => a * a);
        Assert.InRange(Math.Sqrt(error), 0, relativeError);
    }

    [Fact]
    public void A_padded_vocabulary_gives_the_logits_of_the_plain_one()
    {
        var c = SmallModels.Shapes["usual pattern"];
        var folder = _folder.Join("padded");
        HuggingFaceWriter.Save(folder, new Padded(SmallModels.Weights(c)));
        using var padded = ModelLoader.Open(folder, _device);
        using var plain = SmallModels.Create(c, _device);
        var tokens = SmallModels.Tokens(9, c.VocabSize);
        Assert.Equal(ModelRunner.Packed(plain, tokens), ModelRunner.Packed(padded.Model, tokens));
    }

    [Fact]
    public void Random_weights_are_the_same_for_a_seed_and_begin_as_the_published_code_does()
    {
        var c = SmallModels.Shapes["usual pattern"];
        var (first, second, other) = (new RandomWeights(c, 7), new RandomWeights(c, 7), new RandomWeights(c, 8));
        foreach (var slot in WeightTable.All(c))
        {
            var (a, b, rest) = (Read(first, slot), Read(second, slot), Read(other, slot));
            Assert.Equal(a, b);
            switch (slot.Role)
            {
                case WeightRole.Linear:
                    Assert.NotEqual(a, rest);
                    Assert.InRange(Math.Sqrt(a.Average(static v => (double)v * v)), 0.018, 0.022);
                    break;
                case WeightRole.TimeStepBias:
                    Assert.All(a, static v => Assert.InRange(Math.Log(1 + Math.Exp(v)), 0.999e-3, 0.1001));
                    break;
                case WeightRole.ALog:
                    Assert.Equal(Enumerable.Range(1, a.Length).Select(static i => (float)Math.Log(i)), a);
                    break;
                case WeightRole.Norm:
                    Assert.All(a, v => Assert.Equal(slot.NormOffset == 0 ? 1 : 0, v));
                    break;
                case WeightRole.Skip:
                    Assert.All(a, static v => Assert.Equal(1, v));
                    break;
                case WeightRole.Convolution:
                    Assert.InRange(a.Max(Math.Abs), 0.4f, 0.5f);
                    break;
            }
        }

        var part = new float[10];
        var embedding = WeightTable.Embedding(c);
        first.Read(embedding, 37, part);
        Assert.Equal(Read(first, embedding)[37..47], part);
    }

    private static float[] Read(WeightSource source, WeightSlot slot)
    {
        var values = new float[slot.ElementCount];
        source.Read(slot, 0, values);
        return values;
    }

    /// <summary>Pads the vocabulary to 64 rows.</summary>
    private sealed class Padded(WeightSource source) : WeightSource
    {
        public override Plamo2Configuration Configuration => source.Configuration;

        public override DType TypeOf(WeightSlot slot) => DType.Float32;

        public override long RowsOf(WeightSlot slot) => slot.IsVocabulary ? 64 : slot.Shape[0];

        public override void Read(WeightSlot slot, long start, Span<float> destination)
        {
            var known = (int)Math.Clamp(slot.ElementCount - start, 0, destination.Length);
            source.Read(slot, start, destination[..known]);
            destination[known..].Fill(float.NaN);
        }
    }
}
