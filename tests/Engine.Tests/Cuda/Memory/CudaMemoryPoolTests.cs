using Xunit;

namespace PlamoNative.Engine.Tests.Cuda.Memory;

public sealed class CudaMemoryPoolTests
{
    private readonly FakeCudaDriver _driver = new();

    [Fact]
    public void Small_tensors_share_a_segment_and_every_one_is_aligned()
    {
        using var device = Open();
        var storages = Enumerable.Range(1, 100).Select(size => device.Allocate(size * 37)).ToList();
        Assert.Equal(1, device.Memory.SystemAllocations);
        Assert.All(storages, storage => Assert.Equal(0, storage.DeviceAddress % 512));
        var ends = storages.OrderBy(storage => storage.DeviceAddress).ToList();
        Assert.All(ends.Zip(ends.Skip(1)), pair => Assert.True(pair.First.DeviceAddress + pair.First.ByteLength <= pair.Second.DeviceAddress));
        storages.ForEach(storage => storage.Release());
        Assert.Equal(0, device.Memory.LiveBytes);
        Assert.Equal(CudaMemoryPool.SmallSegment, device.Memory.CachedBytes);
    }

    [Fact]
    public void A_freed_block_joins_its_neighbors_so_that_a_larger_one_fits_without_the_driver()
    {
        using var device = Open();
        var parts = Enumerable.Range(0, 5).Select(_ => device.Allocate(3 << 20)).ToList();
        Assert.Equal(1, device.Memory.SystemAllocations);
        foreach (var index in new[] { 1, 3, 2, 0, 4 })
        {
            parts[index].Release();
        }

        device.Allocate(9 << 20).Release();
        Assert.Equal(1, device.Memory.SystemAllocations);
        device.Trim();
        Assert.Equal(default, device.Memory with { PeakLiveBytes = 0, SystemAllocations = 0 });
        Assert.Equal(0, _driver.UsedBytes);
    }

    [Fact]
    public void A_second_round_of_the_same_sizes_asks_neither_the_driver_nor_the_collector()
    {
        using var device = Open();
        using var scope = new TensorScope(device);
        void Round()
        {
            for (var size = 100L; size < 3_000_000; size *= 3)
            {
                scope.Allocate(new Shape(size), DType.Float32);
            }

            scope.Reset();
        }

        Round();
        Round();
        var (asked, before) = (_driver.Count("Allocate"), GC.GetAllocatedBytesForCurrentThread());
        Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(asked, _driver.Count("Allocate"));
    }

    [Fact]
    public void Random_tensors_never_overlap_and_all_memory_comes_back()
    {
        using var device = Open();
        var random = new Random(3);
        var live = new List<Storage>();
        for (var step = 0; step < 3000; step++)
        {
            if (live.Count > 40 || (live.Count > 0 && random.Next(3) == 0))
            {
                var index = random.Next(live.Count);
                live[index].Release();
                live.RemoveAt(index);
            }
            else
            {
                live.Add(device.Allocate((long)Math.Pow(2, random.NextDouble() * 19.5)));
            }

            if (step % 100 == 0)
            {
                var order = live.OrderBy(storage => storage.DeviceAddress).ToList();
                Assert.All(order.Zip(order.Skip(1)), pair => Assert.True(pair.First.DeviceAddress + pair.First.ByteLength <= pair.Second.DeviceAddress));
                Assert.Equal(live.Sum(storage => storage.ByteLength), device.Memory.LiveBytes);
                Assert.Equal(_driver.UsedBytes, device.Memory.LiveBytes + device.Memory.CachedBytes);
            }
        }

        live.ForEach(storage => storage.Release());
        device.Trim();
        Assert.Equal(0, _driver.UsedBytes);
    }

    [Fact]
    public void Streams_do_not_share_free_blocks()
    {
        using var device = Open();
        var first = device.Allocate(1000);
        var address = first.DeviceAddress;
        first.Release();
        using var stream = device.CreateStream();
        using (device.Use(stream))
        {
            var other = device.Allocate(1000);
            Assert.NotEqual(address, other.DeviceAddress);
            other.Release();
        }

        var again = device.Allocate(1000);
        Assert.Equal(address, again.DeviceAddress);
        again.Release();
    }

    [Fact]
    public void Cached_memory_is_given_back_before_memory_is_out_and_then_the_message_tells_all()
    {
        using var device = Open();
        device.Allocate(30 << 20).Release();
        Storage weights, states;
        using (MemoryTag.Use("weights"))
        {
            weights = device.Allocate(40 << 20);
            using (MemoryTag.Use("states"))
            {
                states = device.Allocate(4 << 20);
            }
        }

        Assert.Equal(0, device.Memory.CachedBytes - (16 << 20));
        var exception = Assert.Throws<DeviceMemoryException>(() => device.Allocate(30 << 20));
        Assert.Equal(30 << 20, exception.AskedBytes);
        Assert.Equal(
            "cuda:0: no 30 MiB left: 4 MiB of 64 MiB are free, 44 MiB are held by tensors, 16 MiB are cached in pieces that do not fit; "
            + "largest users: weights 40 MiB in 1, states 4 MiB in 1",
            exception.Message);
        weights.Release();
        device.Allocate(30 << 20).Release();
        states.Release();
    }

    [Fact]
    public void The_last_of_the_memory_is_given_without_a_comfortable_segment()
    {
        _driver.TotalBytes = 5 << 20;
        using var device = Open();
        device.Allocate(3 << 20).Release();
        Assert.Equal(3 << 20, device.Memory.CachedBytes);
    }

    [Fact]
    public void Without_a_pool_each_tensor_is_an_allocation_of_just_its_bytes()
    {
        using var device = OpenWithoutPool();
        var storage = device.Allocate(37);
        Assert.Equal(37, storage.ByteLength);
        Assert.Equal(37, _driver.UsedBytes);
        storage.Release();
        Assert.Equal(0, _driver.UsedBytes);
    }

    [Fact]
    public void Without_a_pool_a_graph_keeps_the_memory_of_what_it_recorded()
    {
        using var device = OpenWithoutPool();
        using var kept = Tensor.Allocate(device, new Shape(64), DType.Float32);
        var graph = device.Capture(() =>
        {
            using var scratch = Tensor.Allocate(device, new Shape(64), DType.Float32);
            scratch.Clear();
            kept.CopyFrom(scratch);
        });
        Assert.Equal(2 * 256, _driver.UsedBytes);
        kept.CopyFrom<float>(Enumerable.Repeat(1f, 64).ToArray());
        graph.Replay();
        Assert.All(kept.ToArray<float>(), value => Assert.Equal(0, value));
        graph.Dispose();
        device.Trim();
        Assert.Equal(256, _driver.UsedBytes);
    }

    [Fact]
    public void Without_a_pool_a_tensor_of_a_failed_device_ends_silently_and_the_books_are_right()
    {
        using var device = OpenWithoutPool();
        var (first, second) = (device.Allocate(100), device.Allocate(200));
        _driver.Fail("Free", CudaResult.IllegalAddress);
        first.Release();
        Assert.Equal(200, device.Memory.LiveBytes);
        Assert.Equal(0, device.Memory.CachedBytes);
        _driver.Fail("SetCurrent", CudaResult.IllegalAddress);
        second.Release();
        Assert.Equal(0, device.Memory.LiveBytes);
        Assert.Equal(200, device.Memory.CachedBytes);
        device.Trim();
        Assert.Equal(0, device.Memory.CachedBytes);
        Assert.Equal(0, _driver.UsedBytes);
    }

    [Fact]
    public void A_refused_trim_is_reported_after_all_segments_were_given_back()
    {
        using var device = Open();
        var (first, second) = (device.Allocate(30 << 20), device.Allocate(20 << 20));
        first.Release();
        second.Release();
        _driver.Fail("Free", CudaResult.IllegalAddress);
        Assert.Equal(CudaResult.IllegalAddress, Assert.Throws<CudaException>(device.Trim).Code);
        Assert.Equal(0, device.Memory.CachedBytes);
        Assert.Equal(2, _driver.Count("Free"));
    }

    [Fact]
    public void Closing_the_device_frees_everything_and_late_tensors_do_no_harm()
    {
        var device = Open();
        var late = device.Allocate(100);
        using var pinned = new CpuDevice(1);
        device.Upload<int>([1, 2, 3]).Dispose();
        device.Dispose();
        Assert.Equal(0, _driver.UsedBytes);
        Assert.Equal(0, _driver.PinnedCount);
        late.Release();
        Assert.Throws<ObjectDisposedException>(() => device.Allocate(1));
    }

    private CudaDevice Open() => new(_driver, 0, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run")), new CudaDeviceOptions { CacheFolder = "" });

    private CudaDevice OpenWithoutPool() => new(
        _driver, 0, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run")), new CudaDeviceOptions { UsesMemoryPool = false, CacheFolder = "" });
}
