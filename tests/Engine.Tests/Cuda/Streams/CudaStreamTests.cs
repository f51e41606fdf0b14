using Xunit;

namespace PlamoNative.Engine.Tests.Cuda.Streams;

public sealed class CudaStreamTests
{
    private readonly FakeCudaDriver _driver = new();

    [Fact]
    public void Work_goes_to_the_current_stream_and_the_one_before_comes_back()
    {
        using var device = Open();
        using var stream = device.CreateStream();
        using (device.Use(stream))
        {
            device.Kernel("K.Run").Launch(new GridSize(1)).Run();
            Assert.Same(stream, device.Stream);
        }

        Assert.Same(device.DefaultStream, device.Stream);
        Assert.Equal(stream.Handle, _driver.Launches[0].Launch.Stream);
        using var other = Open();
        Assert.Throws<ArgumentException>(() => { using var scope = device.Use(other.Stream); });
    }

    [Fact]
    public void Events_order_streams_and_measure_time()
    {
        using var device = Open();
        using var stream = device.CreateStream();
        using var start = device.CreateEvent(measuresTime: true);
        using var end = device.CreateEvent(measuresTime: true);
        start.Record();
        end.Record(stream);
        device.Stream.Wait(end);
        end.Synchronize();
        Assert.Equal(0.5f, end.MillisecondsSince(start));
        Assert.True(end.IsDone);
        _driver.Fail("QueryStream", CudaResult.NotReady);
        Assert.False(stream.IsIdle);
        Assert.True(stream.IsIdle);
        Assert.Equal(1, _driver.Count("WaitEvent"));
    }

    [Fact]
    public void A_recorded_graph_does_its_work_at_each_replay_and_not_before()
    {
        using var device = Open();
        using var values = Tensor.FromSpan<int>(device, new Shape(3), [1, 2, 3]);
        using var copy = Tensor.FromSpan<int>(device, new Shape(3), [0, 0, 0]);
        using var graph = device.Capture(() =>
        {
            device.Kernel("K.Run").Launch(new GridSize(2)).Run();
            copy.CopyFrom(values);
        });
        Assert.Empty(_driver.Launches);
        Assert.Equal([0, 0, 0], copy.ToArray<int>());
        graph.Replay();
        values.CopyFrom<int>([4, 5, 6]);
        graph.Replay();
        Assert.Equal(2, _driver.Launches.Count);
        Assert.Equal([4, 5, 6], copy.ToArray<int>());
    }

    [Fact]
    public void What_was_uploaded_while_recording_is_the_same_at_each_replay()
    {
        using var device = Open();
        var pinned = _driver.PinnedCount;
        using var target = Tensor.FromSpan<int>(device, new Shape(2), [0, 0]);
        var staged = _driver.PinnedCount;
        var source = new[] { 7, 8 };
        using (var graph = device.Capture(() => target.CopyFrom<int>(source)))
        {
            source[0] = 99;
            graph.Replay();
            Assert.Equal([7, 8], target.ToArray<int>());
            Assert.Equal(staged + 1, _driver.PinnedCount);
        }

        Assert.Equal(staged, _driver.PinnedCount);
        Assert.True(pinned <= staged);
    }

    [Fact]
    public void A_graphs_memory_is_nobody_elses_until_it_is_disposed()
    {
        using var device = Open();
        nint inside = 0;
        var graph = device.Capture(() =>
        {
            using var temporary = Tensor.Allocate(device, new Shape(1000), DType.Float32);
            inside = temporary.Address;
        });
        using (var outside = Tensor.Allocate(device, new Shape(1000), DType.Float32))
        {
            Assert.NotEqual(inside, outside.Address);
        }

        device.Trim();
        Assert.Equal(CudaMemoryPool.SmallSegment, device.Memory.CachedBytes);
        graph.Dispose();
        device.Trim();
        Assert.Equal(0, device.Memory.CachedBytes);
        Assert.Throws<ObjectDisposedException>(graph.Replay);
    }

    [Fact]
    public void A_recording_that_fails_leaves_the_device_as_it_was()
    {
        using var device = Open();
        using var tensor = Tensor.FromSpan<int>(device, new Shape(1), [5]);
        Assert.Throws<InvalidOperationException>(() => device.Capture(() => tensor.ToArray<int>()));
        Assert.Throws<InvalidOperationException>(() => device.Capture(() => device.Capture(() => { }).Dispose()));
        _driver.Fail("EndCapture", 901);
        Assert.Equal("cuStreamEndCapture", Assert.Throws<CudaException>(() => device.Capture(() => { })).Call);
        Assert.Equal([5], tensor.ToArray<int>());
        device.Capture(() => { }).Dispose();
    }

    private CudaDevice Open() => new(
        _driver, 0, FakeCudaDriver.Library(FakeCudaDriver.Kernel("K.Run") with { Parameters = [], ParameterBytes = 0 }), new CudaDeviceOptions { CacheFolder = "" });
}
