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
    public void Auto_opens_the_processor_and_can_say_why()
    {
        using var device = DeviceCatalog.Open("auto", 3);
        Assert.Equal("cpu", device.Name);
        Assert.Contains("3 threads", device.Description, StringComparison.Ordinal);
        Assert.NotEmpty(DeviceCatalog.ExplainAuto());
    }
}
