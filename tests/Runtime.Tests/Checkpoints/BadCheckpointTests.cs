using System.Text;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Tests.Runtime.Models;
using Xunit;

namespace PlamoNative.Tests.Runtime.Checkpoints;

public sealed class BadCheckpointTests : IDisposable
{
    private static readonly Plamo2Configuration Shape = SmallModels.Shapes["usual pattern"];
    private readonly CpuDevice _device = new(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("model.layers.layers.2.mixer.A_log", "model.safetensors: tensor 'model.layers.layers.2.mixer.A_log': expected a tensor of shape [5], found none")]
    [InlineData("model.norm.weight", "tensor 'model.norm.weight': expected a tensor of shape [40], found none")]
    public void A_missing_tensor_is_named_with_its_shape(string missing, string message) =>
        Expect(message, Write(slot => slot.Name == missing ? null : Declared(slot)));

    [Fact]
    public void A_wrong_shape_is_named_with_both_shapes() => Expect(
        "tensor 'model.layers.layers.1.mixer.qkv_proj.weight' shape: expected [128, 40], found [40, 128]",
        Write(slot => slot.Name.EndsWith("qkv_proj.weight", StringComparison.Ordinal) ? Declared(slot) with { Shape = [40, 128] } : Declared(slot)));

    [Fact]
    public void A_wrong_type_is_named() => Expect(
        "tensor 'model.layers.layers.0.mixer.D' dtype: expected f32, bf16, f16 or f64, found i32",
        Write(slot => slot.Role == WeightRole.Skip ? Declared(slot) with { DType = DType.Int32 } : Declared(slot)));

    [Fact]
    public void Extra_tensors_and_a_head_beside_tied_embeddings_are_ignored()
    {
        var extra = new TensorDeclaration[] { new("lm_head.weight", DType.Int8, [3]), new("something.else", DType.Float32, [2, 2]) };
        using var loaded = ModelLoader.Open(Write(Declared, extra), _device);
        Assert.True(loaded.Configuration.TieWordEmbeddings);
        Assert.DoesNotContain(loaded.Model.Parameters, static parameter => parameter.Slot.Name == "lm_head.weight");
    }

    [Fact]
    public void A_configuration_that_asks_for_more_than_the_files_hold_allocates_nothing_large()
    {
        var folder = Write(Declared);
        var c = Shape with { VocabSize = 1 << 26, HiddenSize = 1 << 26, IntermediateSize = 1 << 26 };
        AtomicFile.Write(Path.Combine(folder, "config.json"), c.Write);
        var managed = GC.GetAllocatedBytesForCurrentThread();
        Expect("tensor 'model.embed_tokens.weight' shape: expected [67108864, 67108864], found [53, 40]", folder);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - managed, 0, 4 << 20);
        Assert.Equal(0, _device.Memory.LiveBytes);
    }

    [Fact]
    public void A_vocabulary_smaller_than_the_tokenizer_is_an_error()
    {
        var folder = Write(Declared);
        AtomicFile.Write(Path.Combine(folder, TokenizerFile.FileName), ByteLevelVocabulary.Create().Write);
        Expect("vocab_size: expected at least the", folder);
    }

    [Fact]
    public void A_folder_without_weights_and_a_place_where_nothing_is_are_errors()
    {
        AtomicFile.Write(_folder.Join("config.json"), Shape.Write);
        Expect("weights: expected model.safetensors or model.safetensors.index.json, found neither", _folder.Path);
        Assert.ThrowsAny<IOException>(() => ModelLoader.Open(_folder.Join("nothing"), _device));
    }

    [Fact]
    public void A_wrong_option_is_named()
    {
        var error = Assert.Throws<ConfigurationException>(() => ModelLoader.Open(_folder.Path, _device, new ModelLoadOptions { WindowSize = 0 }));
        Assert.Contains("window: expected a positive number of tokens, found 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_architecture_in_a_gguf_is_named_beside_the_supported_one()
    {
        var path = _folder.Join("x.gguf");
        using (var writer = GgufWriter.Create(path, new GgufMetadata().Add("general.architecture", "llama"), []))
        {
            writer.Complete();
        }

        Expect("general.architecture: expected a supported architecture (plamo2), found llama", path);
    }

    [Theory]
    [InlineData("plamo2.block_count", 3u, "plamo2.attention.head_count_kv: expected 3 numbers, one a layer, found 4")]
    [InlineData("plamo2.ssm.inner_size", 81u, "plamo2.ssm.inner_size: expected 5 heads of 16 channels, found 81")]
    [InlineData("plamo2.embedding_length", 4000000000u, "plamo2.embedding_length")]
    [InlineData("plamo2.feed_forward_length", 0u, "intermediate_size: expected 1 to 67108864, found 0")]
    public void A_wrong_value_in_a_gguf_is_named(string key, uint value, string message) => Expect(message, WriteGguf(key, value));

    [Fact]
    public void A_missing_key_or_tensor_and_a_decay_that_grows_are_named_in_a_gguf()
    {
        Expect("metadata 'plamo2.ssm.state_size'", WriteGguf("plamo2.ssm.state_size", null));
        Expect("tensor 'blk.2.ssm_a' element 0: expected a negative number, found 0.5", WriteGguf("", null, changed: "blk.2.ssm_a"));
        Expect("tensor 'blk.3.post_ffw_norm': expected a tensor of shape [40], found none", WriteGguf("", null, missing: "blk.3.post_ffw_norm"));
    }

    private void Expect(string message, string path)
    {
        var error = Assert.Throws<ModelFormatException>(() => ModelLoader.Open(path, _device));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(0, _device.Memory.LiveBytes);
    }

    private static TensorDeclaration Declared(WeightSlot slot) => new(slot.Name, DType.Float32, slot.Shape);

    private string Write(Func<WeightSlot, TensorDeclaration?> declare, params TensorDeclaration[] extra)
    {
        var folder = _folder.Join("M");
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "config.json"), Shape.Write);
        using var writer = SafetensorsFolderWriter.Create(folder, WeightTable.All(Shape).Select(declare).OfType<TensorDeclaration>().Concat(extra));
        foreach (var tensor in writer.Tensors)
        {
            writer.Append(tensor.Name, new byte[tensor.ByteLength]);
        }

        writer.Complete();
        return folder;
    }

    private string WriteGguf(string key, object? value, string? changed = null, string? missing = null)
    {
        var (whole, path) = (_folder.Join("whole.gguf"), _folder.Join("broken.gguf"));
        GgufModelWriter.Write(whole, SmallModels.Weights(Shape), null, DType.Float32, "m");
        using var file = GgufFile.Open(whole);
        var metadata = new GgufMetadata();
        foreach (var entry in file.Metadata)
        {
            if (entry.Key != key)
            {
                metadata.Add(entry);
            }
            else if (value is not null)
            {
                metadata.Add(key, value);
            }
        }

        var kept = file.Entries.Where(entry => entry.Name != missing).ToArray();
        using var writer = GgufWriter.Create(path, metadata, kept.Select(static entry => new TensorDeclaration(entry.Name, entry.DType, entry.Shape)));
        foreach (var entry in kept)
        {
            var bytes = entry.Span.ToArray();
            if (entry.Name == changed)
            {
                BitConverter.TryWriteBytes(bytes, 0.5f);
            }

            writer.Append(entry.Name, bytes);
        }

        writer.Complete();
        return path;
    }
}
