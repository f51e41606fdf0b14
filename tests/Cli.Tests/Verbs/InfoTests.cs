using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class InfoTests
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
        Assert.DoesNotContain('\u001b', run.Output);
    }

    [Fact]
    public void The_first_line_says_why_auto_chose_the_device()
    {
        Assert.Contains("chosen by auto", CommandRun.Of("info").Succeeds().ErrorLines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("chosen by auto", CommandRun.Of("info", "--device", "cpu").Succeeds().ErrorLines[0], StringComparison.Ordinal);
    }
}
