using PlamoNative.Engine.Tests.Cuda;
using Xunit;

namespace PlamoNative.Engine.Tests.Interop;

/// <summary>The function pointers, against a library in C that checks what arrives.</summary>
public sealed class NativeCudaDriverTests(FakeDriverLibrary library) : IClassFixture<FakeDriverLibrary>
{
    [Fact]
    public void A_probe_asks_for_all_properties()
    {
        var probe = CudaProber.Probe(Driver());
        Assert.Null(probe.Problem);
        Assert.Equal("12.8", probe.DriverVersion);
        var info = Assert.Single(probe.Devices);
        Assert.Equal(("Cé device 40", 9, 0, 160, 5L << 32), (info.Name, info.ComputeCapabilityMajor, info.ComputeCapabilityMinor, info.MultiprocessorCount, info.TotalMemoryBytes));
        Assert.Equal((380, 970, 820, 390), (info.L2Bytes, info.SharedBytesPerBlockOptIn, info.RegistersPerMultiprocessor, info.MaxThreadsPerMultiprocessor));
    }

    [Fact]
    public void Tensors_go_there_and_back()
    {
        using var device = Open();
        using var tensor = Tensor.FromSpan<int>(device, new Shape(5), [1, 2, 3, 4, 5]);
        using var twin = tensor.To(device);
        Assert.Equal([1, 2, 3, 4, 5], twin.ToArray<int>());
        twin.Clear();
        Assert.Equal(new int[5], twin.ToArray<int>());
        device.Synchronize();
    }

    [Fact]
    public void A_launch_passes_grid_block_shared_bytes_stream_and_parameters()
    {
        using var device = Open();
        device.Kernel("K.Run").Launch(new GridSize(3, 2, 1)).View(0x1122, 5).Int(-1).Double(1).Struct(new Triple(1, 2, 3)).Run();
        Assert.Equal("3,2,1/128,1,1/0/1/0:22110000000000000500000000000000FFFFFFFF00000000000000000000F03F010000000200000003000000", library.Launched);
    }

    [Fact]
    public void A_cluster_goes_by_the_extended_launch()
    {
        using var device = Open(FakeCudaDriver.Kernel("K.Run", "90") with { ClusterSize = 2, UsesDynamicShared = true, Parameters = [], ParameterBytes = 0 });
        device.Kernel("K.Run").Launch(new GridSize(4), 600).Run();
        Assert.Equal("4,1,1/128,1,1/600/1/2:", library.Launched);
    }

    [Fact]
    public void The_assembler_gets_its_options_and_its_words_come_back()
    {
        var driver = Driver();
        var code = driver.Link("fine\0"u8, new CudaModuleOptions(3, 64, true), out var cubin, out var log);
        Assert.Equal((0, ""), (code, log));
        Assert.Equal("4=16384 6=16384 7=3 0=64 13=1 ", System.Text.Encoding.UTF8.GetString(cubin));
        code = driver.Link("BROKEN\0"u8, new CudaModuleOptions(4, 0, false), out cubin, out log);
        Assert.Equal((218, "line 3; error: it is broken\nsome words"), (code, log));
        Assert.Empty(cubin);
    }

    [Fact]
    public void Attributes_and_occupancy_are_asked_for_the_kernel()
    {
        using var device = Open();
        var kernel = device.Kernel("K.Run");
        Assert.Equal((104, 103, 106), (kernel.Registers, kernel.LocalBytes, kernel.BinaryVersion));
        Assert.Equal(128, kernel.Occupancy());
    }

    [Fact]
    public void Streams_events_and_graphs_use_the_drivers_handles()
    {
        using var device = Open();
        Assert.Equal(0x51, device.Stream.Handle);
        Assert.False(device.Stream.IsIdle);
        using var start = device.CreateEvent(measuresTime: true);
        using var end = device.CreateEvent(measuresTime: true);
        start.Record();
        end.Record();
        device.Stream.Wait(end);
        Assert.True(end.IsDone);
        Assert.Equal(0.25f, end.MillisecondsSince(start));
        using var graph = device.Capture(() => { });
        graph.Replay();
        Assert.Contains("replay;", library.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Out_of_memory_and_unknown_codes_are_told_in_the_drivers_words()
    {
        using var device = Open();
        var exception = Assert.Throws<DeviceMemoryException>(() => device.Allocate(2L << 30));
        Assert.Contains("no 2048 MiB left: 1000 bytes of 20480 MiB are free", exception.Message, StringComparison.Ordinal);
        Assert.Equal("CUDA_ERROR_OUT_OF_MEMORY", Driver().ErrorName(2));
        Assert.Equal("something went wrong", Driver().ErrorText(2));
        Assert.Equal("an unknown error", Driver().ErrorName(12_345));
    }

    [Fact]
    public void A_function_that_the_driver_has_not_is_named_when_it_is_needed()
    {
        using var first = Open();
        var exception = Assert.Throws<CudaException>(() => first.EnablePeerAccess(first));
        Assert.Equal("cuDeviceCanAccessPeer", exception.Call);
        Assert.Contains("has no such function: the driver is too old", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_not_there_is_a_sentence()
    {
        var (driver, problem) = NativeCudaDriver.Open("libnosuchdriver.so.1");
        Assert.Null(driver);
        Assert.Equal("no NVIDIA driver: libnosuchdriver.so.1 was not found", problem);
    }

    [Fact]
    public void Ranges_reach_a_tool_of_NVTX_and_stop_with_it()
    {
        library.Require();
        try
        {
            Assert.True(Nvtx.Attach(library.Path));
            using (Profiler.Range("attention é"))
            {
                Assert.True(library.Number("fake_pushes") > 0);
            }

            Assert.True(library.Number("fake_pops") > 0);
            Nvtx.Push("alone");
            Nvtx.Pop();
            Nvtx.Push(new string('é', 1000));
            Nvtx.Pop();
            Assert.NotEmpty(library.Text("fake_range"));
        }
        finally
        {
            Assert.False(Nvtx.Attach(null));
        }

        var pushes = library.Number("fake_pushes");
        Nvtx.Attach("libnosuchtool.so");
        Assert.False(Nvtx.IsOn);
        Assert.Equal(pushes, library.Number("fake_pushes"));
    }

    private NativeCudaDriver Driver()
    {
        library.Require();
        return NativeCudaDriver.Open(library.Path).Driver!;
    }

    private CudaDevice Open(KernelManifest? kernel = null) =>
        new(Driver(), 0, FakeCudaDriver.Library(kernel ?? FakeCudaDriver.Kernel("K.Run")), new CudaDeviceOptions { CacheFolder = "" });

    private readonly record struct Triple(int A, int B, int C);
}
