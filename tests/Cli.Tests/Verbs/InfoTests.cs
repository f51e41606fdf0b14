using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class InfoTests(SmallModel small)
{
    [Fact]
    public void Info_lists_the_devices_as_json()
    {
        var json = CommandRun.Of("info", "--json", "--threads", "2").Succeeds().Json;
        var cpu = json.GetProperty("devices")[0];
        Assert.Equal("cpu", json.GetProperty("device").GetString());
        Assert.Equal("cpu", cpu.GetProperty("name").GetString());
        Assert.Equal(2, cpu.GetProperty("threads").GetInt32());
        Assert.Equal(CpuInfo.InstructionSet, cpu.GetProperty("simd").GetString());
        Assert.True(cpu.GetProperty("memory_bytes").GetInt64() > 0);
        Assert.Equal(DeviceCatalog.Cuda.Devices.Count + 1, json.GetProperty("devices").GetArrayLength());
    }

    [Fact]
    public void Info_prints_plain_lines_when_redirected()
    {
        var run = CommandRun.Of("info").Succeeds();
        Assert.Contains(CpuInfo.InstructionSet, run.Output, StringComparison.Ordinal);
        Assert.Contains("kernels", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output);
    }

    [Fact]
    public void The_first_line_says_why_auto_chose_the_device()
    {
        Assert.Contains("chosen by auto", CommandRun.Of("info").Succeeds().ErrorLines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("chosen by auto", CommandRun.Of("info", "--device", "cpu").Succeeds().ErrorLines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_models_shape_and_memory_are_told()
    {
        var model = CommandRun.Of("info", "--model", small.Folder, "--json", "--context", "100").Succeeds().Json.GetProperty("model");
        Assert.Equal(320, model.GetProperty("vocab_size").GetInt32());
        Assert.Equal(["mamba", "window_attention", "mamba", "full_attention"], model.GetProperty("layer_kinds").EnumerateArray().Select(static kind => kind.GetString()));
        Assert.Equal(4 * model.GetProperty("parameters").GetInt64(), model.GetProperty("dtypes").GetProperty("f32").GetInt64());
        var memory = model.GetProperty("memory");
        Assert.Equal(100, memory.GetProperty("context").GetInt32());
        Assert.Equal((8 + 100) * 2 * 2 * 32 * sizeof(float), memory.GetProperty("kv_cache_bytes").GetInt64());
        var parts = new[] { "weights_bytes", "kv_cache_bytes", "ssm_state_bytes", "conv_state_bytes", "workspace_bytes" };
        Assert.Equal(parts.Sum(part => memory.GetProperty(part).GetInt64()), memory.GetProperty("total_bytes").GetInt64());
        Assert.Contains("2 Mamba, 1 window attention, 1 full attention", CommandRun.Of("info", "--model", small.Gguf).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_presets_memory_is_told_without_any_file()
    {
        var model = CommandRun.Of("info", "--preset", "plamo-2-8b", "--dtype", "q8_0", "--json").Succeeds().Json.GetProperty("model");
        Assert.Equal("plamo-2-8b", model.GetProperty("name").GetString());
        Assert.Contains("inferred", model.GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.InRange(model.GetProperty("parameters").GetInt64(), 8_000_000_000, 10_000_000_000);
    }

    [Fact]
    public void Bad_inputs_are_one_line_each()
    {
        CommandRun.Of("info", "--preset", "plamo-2-9b").RefusesWith("--preset", "did you mean 'plamo-2-");
        CommandRun.Of("info", "--preset", "plamo-2-8b", "--model", small.Folder).RefusesWith("--model and --preset", "both");
        CommandRun.Of("info", "--model", small.Folder, "--context", "0").RefusesWith("--context");
        CommandRun.Of("info", "--model", small.Corpus).RefusesWith(small.Corpus);
    }
}
