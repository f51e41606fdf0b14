using Xunit;

namespace PlamoNative.Engine.Tests.Cuda.Memory;

public sealed class DeviceCopyTests
{
    private readonly FakeCudaDriver _driver = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096 / 4)]
    [InlineData((4096 / 4) + 1)]
    [InlineData(100_003)]
    public void Values_come_back_as_they_went_whatever_the_size_of_a_chunk(int count)
    {
        using var device = Open(stagingBytes: 8 * 4096);
        var values = Enumerable.Range(0, count).Select(i => (i * 7) + 1).ToArray();
        using var tensor = Tensor.FromSpan<int>(device, new Shape(count), values);
        Assert.Equal(values, tensor.ToArray<int>());
        using var twin = tensor.To(device);
        Assert.Equal(values, twin.ToArray<int>());
        using var cpu = new CpuDevice(1);
        using var host = twin.To(cpu);
        Assert.Equal(values, host.ToArray<int>());
        twin.Clear();
        Assert.All(twin.ToArray<int>(), value => Assert.Equal(0, value));
        twin.CopyFrom(host);
        Assert.Equal(values, twin.ToArray<int>());
    }

    [Fact]
    public void A_chunk_is_used_again_only_after_its_copies()
    {
        using var device = Open(stagingBytes: 8 * 4096);
        for (var i = 0; i < 100; i++)
        {
            device.Upload<int>(new int[512]).Dispose();
        }

        // Two uploads fill a chunk of the eight: from the ninth chunk on each is waited for.
        Assert.Equal(49, _driver.Count("RecordEvent"));
        Assert.Equal(42, _driver.Count("SynchronizeEvent"));
        Assert.Equal(1, _driver.Count("AllocateHost"));
    }

    [Fact]
    public void An_upload_that_is_repeated_uses_the_same_memory()
    {
        using var device = Open();
        void Round()
        {
            using var array = device.Upload<int>([1, 2, 3]);
            Assert.Equal(3, array.Length);
        }

        Round();
        Round();
        Assert.Equal(1, device.Memory.SystemAllocations);
    }

    [Fact]
    public unsafe void The_processor_cannot_touch_a_tensor_of_the_device()
    {
        using var device = Open();
        using var tensor = Tensor.Allocate(device, new Shape(4, 2), DType.Float32);
        var exception = Assert.Throws<HostAccessException>(() => tensor.AsSpan<float>().Length);
        Assert.Contains("f32[4, 2] on cuda:0", exception.Message, StringComparison.Ordinal);
        Assert.Throws<HostAccessException>(() => (nint)tensor.PointerOf<float>());
        using var row = tensor.Narrow(0, 1, 2).Reshape(new Shape(4));
        Assert.Throws<HostAccessException>(() => (nint)row.Pointer);
        Assert.Equal(tensor.Address + 8, row.Address);
        using var scope = new TensorScope(device);
        Assert.Throws<HostAccessException>(() => scope.Allocate(new Shape(2), DType.Int32).AsSpan<int>().Length);
    }

    [Fact]
    public void A_disposed_tensor_says_so_before_anything_else()
    {
        using var device = Open();
        var tensor = Tensor.Allocate(device, new Shape(4), DType.Float32);
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.Address);
        Assert.Throws<ObjectDisposedException>(() => tensor.ToArray<float>());
    }

    [Fact]
    public void Copies_between_devices_of_one_driver_are_direct()
    {
        using var first = Open();
        using var second = Open(ordinal: 1);
        Assert.True(first.EnablePeerAccess(second));
        _driver.Fail("EnablePeerAccess", CudaResult.PeerAccessAlreadyEnabled);
        Assert.True(first.EnablePeerAccess(second));
        using var tensor = Tensor.FromSpan<float>(first, new Shape(3), [1, 2, 3]);
        using var copy = tensor.To(second);
        Assert.Equal([1, 2, 3], copy.ToArray<float>());
        Assert.Equal(1, _driver.Count("CopyPeer"));
        using var foreign = new CudaDevice(new FakeCudaDriver(), 0, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run")), new CudaDeviceOptions { CacheFolder = "" });
        using var staged = tensor.To(foreign);
        Assert.Equal([1, 2, 3], staged.ToArray<float>());
        Assert.Equal(1, _driver.Count("CopyPeer"));
    }

    [Fact]
    public void Asynchronous_copies_take_pinned_memory_and_do_not_wait()
    {
        using var device = Open();
        using var cpu = new CpuDevice(1);
        var memory = device.AllocatePinned(16);
        using var pinned = Tensor.FromStorage(cpu, memory, 0, new Shape(4), DType.Float32);
        memory.Release();
        pinned.CopyFrom<float>([1, 2, 3, 4]);
        using var tensor = Tensor.Allocate(device, new Shape(4), DType.Float32);
        device.CopyAsync(pinned, tensor);
        pinned.Clear();
        device.CopyAsync(tensor, pinned);
        Assert.Equal([1, 2, 3, 4], pinned.ToArray<float>());
        Assert.Equal(0, _driver.Count("SynchronizeEvent") + _driver.Count("SynchronizeStream"));
        Assert.Throws<DeviceMismatchException>(() => device.CopyAsync(tensor, tensor));
        Assert.Throws<ShapeMismatchException>(() => device.CopyAsync(tensor.Narrow(0, 0, 2), pinned));
    }

    private CudaDevice Open(int stagingBytes = 1 << 20, int ordinal = 0) => new(
        _driver, ordinal, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run")), new CudaDeviceOptions { CacheFolder = "", StagingBytes = stagingBytes });
}
