using Xunit;

namespace PlamoNative.Engine.Tests.Cuda;

public sealed class CudaDeviceTests
{
    private readonly FakeCudaDriver _driver = new();

    [Fact]
    public void The_device_tells_what_the_driver_says()
    {
        using var device = new CudaDevice(_driver, 1, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run")), new CudaDeviceOptions { CacheFolder = "" });
        Assert.Equal("cuda:1", device.Name);
        Assert.Equal("Fake GPU, sm_90, 132 multiprocessors, 0.1 GiB", device.Description);
        Assert.False(device.IsHostMemory);
        Assert.Equal(32, device.Info.WarpSize);
        Assert.Equal(0, device.Info.L2Bytes);
        Assert.Equal(3352.32, device.Info.MemoryGigabytesPerSecond, 1e-6);
    }

    [Fact]
    public void A_kernel_tells_what_the_driver_made_of_it()
    {
        using var device = new CudaDevice(_driver, 0, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run")), new CudaDeviceOptions { CacheFolder = "" });
        var kernel = device.Kernel("K.Run");
        _driver.FunctionAttributes[(kernel.Function, CudaFunctionAttribute.Registers)] = 40;
        _driver.FunctionAttributes[(kernel.Function, CudaFunctionAttribute.LocalBytes)] = 16;
        Assert.Equal((40, 16), (kernel.Registers, kernel.LocalBytes));
        Assert.Equal(16, kernel.Occupancy());
    }

    [Fact]
    public void Kernels_of_ones_own_stand_beside_the_shipped_ones()
    {
        using var device = new CudaDevice(_driver, 0, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run")), new CudaDeviceOptions { CacheFolder = "" });
        Assert.Throws<KernelNotFoundException>(() => device.Kernel("Mine.Run"));
        device.Use(FakeCudaDriver.Library(FakeCudaDriver.Kernel("Mine.Run")));
        Assert.Equal("Mine_Run", device.Kernel("Mine.Run").Manifest.Entry);
    }

    [Fact]
    public void A_probe_lists_devices_and_a_refusing_driver_is_a_sentence()
    {
        var probe = CudaProber.Probe(_driver);
        Assert.Equal("12.4", probe.DriverVersion);
        Assert.Equal(2, probe.Devices.Count);
        Assert.Null(probe.Problem);
        _driver.Fail("Initialize", 803);
        Assert.Equal(
            "the NVIDIA driver is there, but cuInit: CUDA_ERROR_803 (803): what the driver says of 803", CudaProber.Probe(_driver).Problem);
    }

    [Fact]
    public void A_device_without_kernels_for_it_is_not_usable_and_the_reason_is_told()
    {
        var probe = CudaProber.Probe(_driver);
        Assert.Null(DeviceCatalog.ProblemOf(probe, 0, () => FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run", "75"))));
        Assert.Contains("last is cuda:1", DeviceCatalog.ProblemOf(probe, 2, () => throw new InvalidOperationException()), StringComparison.Ordinal);
        Assert.Contains(
            "compute capability 9.0, and no kernel of test.bin runs on it",
            DeviceCatalog.ProblemOf(probe, 0, () => FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run", "100"))),
            StringComparison.Ordinal);
        Assert.Contains(
            "its kernels are not: kernel '*': no assembly",
            DeviceCatalog.ProblemOf(probe, 0, () => throw new KernelNotFoundException("*", "no assembly")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_assembly_of_kernels_the_library_says_so()
    {
        Assert.SkipWhen(Type.GetType(KernelLibraryFormat.ResourceType + ", " + KernelLibraryFormat.ResourceAssembly, throwOnError: false) is not null, "the kernels are deployed here");
        Assert.Contains("deployed without GPU kernels", Assert.Throws<KernelNotFoundException>(() => KernelLibrary.Default).Message, StringComparison.Ordinal);
    }
}
