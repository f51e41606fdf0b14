using System.Runtime.InteropServices;
using Xunit;

namespace PlamoNative.Engine.Tests.Cuda.Launching;

public sealed class KernelLaunchTests
{
    private readonly FakeCudaDriver _driver = new();

    [Fact]
    public void The_limit_of_shared_memory_never_goes_down_when_two_threads_raise_it()
    {
        using var device = new CudaDevice(
            _driver, 0, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run") with { UsesDynamicShared = true }), new CudaDeviceOptions { CacheFolder = "" });
        var kernel = device.Kernel("K.Run");
        var smaller = new Thread(() => kernel.Launch(new GridSize(1), 100 << 10));
        _driver.During = call =>
        {
            if (call == "SetFunctionAttribute" && Thread.CurrentThread != smaller)
            {
                // The other thread sees the old limit and waits until this one has raised it.
                smaller.Start();
                Assert.True(SpinWait.SpinUntil(() => smaller.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(30)));
            }
        };
        kernel.Launch(new GridSize(1), 200 << 10);
        smaller.Join();
        Assert.Equal(200 << 10, _driver.FunctionAttributes[(kernel.Function, CudaFunctionAttribute.MaxDynamicSharedBytes)]);
        Assert.Equal(1, _driver.Count("SetFunctionAttribute"));
    }

    [Fact]
    public void Arguments_lie_at_the_offsets_of_the_manifest_and_gaps_are_zero()
    {
        using var device = Open();
        using var tensor = Tensor.Allocate(device, new Shape(4, 6), DType.Float32);
        device.Kernel("K.Run").Launch(new GridSize(3, 2)).View(tensor).Int(7).Double(0.5).Struct(new Twelve(1, 2, 3)).Run();
        var launch = Assert.Single(_driver.Launches);
        Assert.Equal("K_Run", launch.Entry);
        Assert.Equal("3x2x1", launch.Launch.Grid.ToString());
        Assert.Equal(128, launch.Launch.BlockThreads);
        Assert.Equal(device.Stream.Handle, launch.Launch.Stream);
        var expected = new byte[44];
        MemoryMarshal.Write(expected, (long)tensor.Address);
        MemoryMarshal.Write(expected.AsSpan(8), 24L);
        MemoryMarshal.Write(expected.AsSpan(16), 7);
        MemoryMarshal.Write(expected.AsSpan(24), 0.5);
        MemoryMarshal.Write(expected.AsSpan(32), new Twelve(1, 2, 3));
        Assert.Equal(expected, launch.Parameters);
    }

    [Fact]
    public void A_strided_tensor_is_a_view_from_its_first_element_to_its_last_and_no_tensor_is_an_empty_one()
    {
        using var device = Open();
        using var tensor = Tensor.Allocate(device, new Shape(4, 6), DType.Float32);
        using var column = tensor.Narrow(1, 2, 3);
        Assert.Equal((tensor.Address + 8, 21L), Passed(device, column));
        Assert.Equal((0, 0L), Passed(device, null));
        using var turned = tensor.Permute(1, 0);
        Assert.Equal((tensor.Address, 24L), Passed(device, turned));
        using var quantised = Tensor.Allocate(device, new Shape(2, 32), DType.Q8_0);
        Assert.Equal((quantised.Address, 68L), Passed(device, quantised));
        using var none = tensor.Narrow(0, 4, 0);
        Assert.Equal(0L, Passed(device, none).Length);
    }

    [Fact]
    public void A_wrong_kind_a_missing_and_a_superfluous_argument_are_named()
    {
        using var device = Open();
        var kernel = device.Kernel("K.Run");
        var wrong = Assert.Throws<KernelArgumentException>(() => kernel.Launch(new GridSize(1)).View(0, 0).Float(1));
        Assert.Equal("K.Run: argument 2, 'width': expected i32, given f32", wrong.Message);
        var missing = Assert.Throws<KernelArgumentException>(() => kernel.Launch(new GridSize(1)).View(0, 0).Int(1).Run());
        Assert.Equal("K.Run: argument 3 of 4, 'scale' (f64), is missing", missing.Message);
        var size = Assert.Throws<KernelArgumentException>(() => kernel.Launch(new GridSize(1)).View(0, 0).Int(1).Double(1).Struct(1L));
        Assert.Equal("K.Run: argument 4, 'shape': expected a struct of 12 bytes, given a struct of 8 bytes", size.Message);
        var many = Assert.Throws<KernelArgumentException>(() => kernel.Launch(new GridSize(1)).View(0, 0).Int(1).Double(1).Struct(new Twelve(1, 2, 3)).UInt(1));
        Assert.Equal("K.Run: takes 4 arguments; u32 is one too many", many.Message);
    }

    [Fact]
    public void A_tensor_of_another_device_is_refused()
    {
        using var device = Open();
        using var cpu = new CpuDevice(1);
        using var tensor = Tensor.Allocate(cpu, new Shape(2), DType.Float32);
        var exception = Assert.Throws<DeviceMismatchException>(() => device.Kernel("K.Run").Launch(new GridSize(1)).View(tensor));
        Assert.Contains("K.Run: input is on the wrong device: expected cuda:0, actual cpu", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_launch_that_was_left_cannot_go_on_after_another_began()
    {
        using var device = Open();
        Assert.Throws<InvalidOperationException>(() =>
        {
            var left = device.Kernel("K.Run").Launch(new GridSize(1)).View(0, 0);
            _ = device.Kernel("K.Run").Launch(new GridSize(1));
            left.Int(1);
        });
    }

    [Fact]
    public void An_empty_grid_starts_nothing_and_sizes_are_bounded()
    {
        using var device = Open();
        device.Kernel("K.Run").Launch(new GridSize(0)).View(0, 0).Int(1).Double(1).Struct(new Twelve(1, 2, 3)).Run();
        Assert.Empty(_driver.Launches);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GridSize(1L << 31));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GridSize(1, 65_536));
        Assert.Equal(4, GridSize.Covering(1000, 256).X);
    }

    [Fact]
    public void Shared_memory_past_48_KB_is_allowed_once_and_bounded_by_the_device()
    {
        using var device = Open(FakeCudaDriver.Kernel("K.Run") with { UsesDynamicShared = true, StaticSharedBytes = 1024, Parameters = [], ParameterBytes = 0 });
        var kernel = device.Kernel("K.Run");
        kernel.Launch(new GridSize(1), 47 << 10).Run();
        Assert.Equal(0, _driver.Count("SetFunctionAttribute"));
        kernel.Launch(new GridSize(1), 100_000).Run();
        kernel.Launch(new GridSize(1), 99_000).Run();
        Assert.Equal(1, _driver.Count("SetFunctionAttribute"));
        Assert.Equal(100_000, _driver.FunctionAttributes.Single(pair => pair.Key.Attribute == CudaFunctionAttribute.MaxDynamicSharedBytes).Value);
        var much = Assert.Throws<KernelArgumentException>(() => kernel.Launch(new GridSize(1), 232_448));
        Assert.Contains("Fake GPU has 231424 beside the 1024 of the code", much.Message, StringComparison.Ordinal);
        Assert.Throws<KernelArgumentException>(() => kernel.Launch(new GridSize(1)));
        using var other = Open();
        Assert.Throws<KernelArgumentException>(() => other.Kernel("K.Run").Launch(new GridSize(1), 64));
    }

    [Fact]
    public void A_cluster_goes_along_and_the_grid_must_hold_whole_ones()
    {
        using var device = Open(FakeCudaDriver.Kernel("K.Run") with { ClusterSize = 4, Parameters = [], ParameterBytes = 0 });
        device.Kernel("K.Run").Launch(new GridSize(8)).Run();
        Assert.Equal(4, _driver.Launches[0].Launch.ClusterSize);
        Assert.Throws<KernelArgumentException>(() => device.Kernel("K.Run").Launch(new GridSize(6)));
    }

    [Fact]
    public void A_launch_allocates_nothing()
    {
        using var device = Open();
        var kernel = device.Kernel("K.Run");
        using var tensor = Tensor.Allocate(device, new Shape(4), DType.Float32);
        void Empty() => kernel.Launch(new GridSize(0)).View(tensor).Int(1).Double(1).Struct(new Twelve(1, 2, 3)).Run();
        Empty();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Empty();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_refused_launch_names_the_kernel_and_its_configuration()
    {
        using var device = Open(FakeCudaDriver.Kernel("K.Run") with { Parameters = [], ParameterBytes = 0 });
        _driver.Fail("Launch", 701);
        var exception = Assert.Throws<CudaException>(() => device.Kernel("K.Run").Launch(new GridSize(5)).Run());
        Assert.Equal(701, exception.Code);
        Assert.Equal("K.Run", exception.Kernel);
        Assert.Contains("grid 5x1x1, block 128", exception.Message, StringComparison.Ordinal);
        Assert.Contains("what the driver says of 701", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_of_earlier_work_names_the_last_kernel_or_when_blocking_the_very_one()
    {
        using var device = Open(FakeCudaDriver.Kernel("K.Run") with { Parameters = [], ParameterBytes = 0 });
        device.Kernel("K.Run").Launch(new GridSize(1)).Run();
        _driver.Fail("SynchronizeContext", CudaResult.IllegalAddress);
        var late = Assert.Throws<CudaException>(device.Synchronize);
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS (700)", late.Message, StringComparison.Ordinal);
        Assert.Contains("kernel 'K.Run'; the last that was launched", late.Message, StringComparison.Ordinal);
        using var blocking = new CudaDevice(_driver, 0, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run") with { Parameters = [], ParameterBytes = 0 }), new CudaDeviceOptions { IsBlocking = true, CacheFolder = "" });
        _driver.Fail("SynchronizeStream", CudaResult.IllegalAddress);
        Assert.Equal("cuLaunchKernel", Assert.Throws<CudaException>(() => blocking.Kernel("K.Run").Launch(new GridSize(1)).Run()).Call);
    }

    private CudaDevice Open(KernelManifest? kernel = null) =>
        new(_driver, 0, FakeCudaDriver.Library(kernel ?? FakeCudaDriver.Kernel("K.Run")), new CudaDeviceOptions { CacheFolder = "" });

    private (nint Address, long Length) Passed(CudaDevice device, Tensor? tensor)
    {
        device.Kernel("K.Run").Launch(new GridSize(1)).View(tensor).Int(1).Double(1).Struct(new Twelve(1, 2, 3)).Run();
        var bytes = _driver.Launches[^1].Parameters;
        return ((nint)BitConverter.ToInt64(bytes), BitConverter.ToInt64(bytes, 8));
    }

    private readonly record struct Twelve(int A, int B, float C);
}
