using Xunit;

namespace PlamoNative.Engine.Tests.Devices;

public sealed class DeviceCatalogTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:x")]
    [InlineData("")]
    public void An_unknown_name_is_refused_with_the_known_ones(string name)
    {
        var exception = Assert.Throws<ConfigurationException>(() => DeviceCatalog.Open(name));
        Assert.Contains("auto, cpu or cuda:N", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gpu_asked_for_by_name_is_never_replaced_by_the_processor()
    {
        var exception = Assert.Throws<DeviceUnavailableException>(() => DeviceCatalog.Open("cuda:97"));
        Assert.Contains("cuda:97", exception.Message, StringComparison.Ordinal);
        Assert.NotEmpty(exception.Reason);
    }

    [Fact]
    public void Auto_takes_the_first_gpu_that_opens_and_names_the_reasons_of_those_before()
    {
        var asked = new List<int>();
        string? Open(int ordinal, int good, out string? problem)
        {
            asked.Add(ordinal);
            problem = ordinal == good ? null : $"reason {ordinal}";
            return ordinal == good ? $"device {ordinal}" : null;
        }

        Assert.Equal("device 0", DeviceCatalog.OpenFirst(3, (int ordinal, out string? why) => Open(ordinal, 0, out why), out var problem));
        Assert.Null(problem);
        Assert.Equal("device 2", DeviceCatalog.OpenFirst(4, (int ordinal, out string? why) => Open(ordinal, 2, out why), out problem));
        Assert.Equal("the driver and kernels for cuda:2 are there; cuda:0: reason 0; cuda:1: reason 1", problem);
        Assert.Null(DeviceCatalog.OpenFirst(2, (int ordinal, out string? why) => Open(ordinal, 9, out why), out problem));
        Assert.Equal("cuda:0: reason 0; cuda:1: reason 1", problem);
        Assert.Null(DeviceCatalog.OpenFirst(0, (int ordinal, out string? why) => Open(ordinal, 9, out why), out problem));
        Assert.Equal("reason 0", problem);
        Assert.Equal([0, 0, 1, 2, 0, 1, 0], asked);
    }

    [Fact]
    public void Auto_opens_the_processor_and_can_say_why()
    {
        using var device = DeviceCatalog.Open("auto", 3);
        Assert.Equal("cpu", device.Name);
        Assert.Contains("3 threads", device.Description, StringComparison.Ordinal);
        Assert.NotEmpty(DeviceCatalog.ExplainAuto());
    }
}
