using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Tests.Runtime.Models;
using Xunit;

namespace PlamoNative.Tests.Runtime.Checkpoints;

/// <summary>Valid models with a few bytes changed: they open, or say in one line why not; nothing else happens and nothing large is allocated.</summary>
public sealed class FuzzTests : IDisposable
{
    private const int Rounds = 400;
    private static readonly Plamo2Configuration Shape = SmallModels.Shapes["one kv head, window 3, untied"] with { VocabSize = 300, FullAttentionLayers = [1] };
    private readonly CpuDevice _device = new(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_changed_gguf_opens_or_is_refused_in_one_line()
    {
        var path = _folder.Join("model.gguf");
        GgufModelWriter.Write(path, SmallModels.Weights(Shape), new PlamoTokenizer(ByteLevelVocabulary.Create()), DType.Float32, "m");
        var header = 0;
        using (var file = GgufFile.Open(path))
        {
            header = (int)file.Entries[0].Offset;
        }

        Fuzz(path, header, path);
    }

    [Fact]
    public void A_changed_configuration_opens_or_is_refused_in_one_line()
    {
        HuggingFaceWriter.Save(_folder.Path, SmallModels.Weights(Shape), new PlamoTokenizer(ByteLevelVocabulary.Create()));
        var path = _folder.Join("config.json");
        Fuzz(path, (int)new FileInfo(path).Length, _folder.Path);
    }

    private void Fuzz(string path, int length, string model)
    {
        var valid = File.ReadAllBytes(path);
        var random = new Philox(2026, (ulong)length);
        var draw = 0ul;
        int Next(int bound) => (int)(random.Uniform(draw++) * bound);
        var opened = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = (byte[])valid.Clone();
            for (var change = 0; change <= Next(3); change++)
            {
                // Small numbers stay small numbers half of the time, so that the checks behind the parser are reached too.
                var at = Next(length);
                bytes[at] = Next(2) == 0 ? (byte)(bytes[at] + Next(5) - 2) : (byte)Next(256);
            }

            File.WriteAllBytes(path, bytes);
            var managed = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var loaded = ModelLoader.Open(model, _device);
                opened++;
            }
            catch (ModelFormatException error)
            {
                Assert.DoesNotContain('\n', error.Message);
                Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - managed, 0, 16 << 20);
            Assert.Equal(0, _device.Memory.LiveBytes);
        }

        Assert.InRange(opened, 1, Rounds - 1);
    }
}
