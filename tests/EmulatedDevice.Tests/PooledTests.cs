using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Tests.Cases.Devices;
using Xunit;

namespace PlamoNative.Tests.Emulation;

/// <summary>The device as programs use it: tensors share segments, blocks are used again at once, and work is done late.</summary>
public sealed class PooledTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Operators_with_scratch_memory_are_right_in_pooled_memory(bool deferred)
    {
        using var emulated = new EmulatedDevice(checks: false, pooled: true, deferred: deferred);
        using var processor = new CpuDevice(threadCount: 1);
        var failures = new List<string>();
        var before = emulated.Device.Memory.SystemAllocations;
        var cases = DeviceCases.Operators.Where(static (_, index) => index % 6 == 0)
            .SelectMany(static name => DeviceCases.All.Where(one => one.Operator == name && one.IsSmall).Take(6)).ToList();
        foreach (var one in cases)
        {
            try
            {
                var verdict = one.Judge(emulated.Device, processor);
                if (!verdict.Passed)
                {
                    failures.Add($"{one}: {verdict.Detail}");
                }
            }
            catch (Exception exception)
            {
                failures.Add($"{one}: {exception.GetType().Name}: {exception.Message}");
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
        Assert.True(emulated.Launches > 0, "no kernel ran");
        Assert.InRange(emulated.Device.Memory.SystemAllocations - before, 1, cases.Count);
    }

    [Fact]
    public unsafe void A_late_device_shows_what_is_read_before_it_is_waited_for()
    {
        using var emulated = new EmulatedDevice(pooled: true, deferred: true);
        using var processor = new CpuDevice(threadCount: 1);
        var device = emulated.Device;
        using var ones = Tensor.Allocate(device, new Shape(64), DType.Float32);
        ones.CopyFrom<float>(Enumerable.Repeat(1f, 64).ToArray());
        var storage = device.AllocatePinned(256);
        using var pinned = Tensor.FromStorage(processor, storage, 0, new Shape(64), DType.Float32);
        pinned.Clear();
        device.CopyAsync(ones, pinned);
        Assert.Equal(0f, pinned.AsSpan<float>()[5]);
        Assert.False(device.Stream.IsIdle);
        device.Synchronize();
        Assert.Equal(1f, pinned.AsSpan<float>()[5]);

        // Another stream that waits for an event finds what was written before the event, and not what it would overwrite.
        using var stream = device.CreateStream();
        using var written = device.CreateEvent();
        ones.Clear();
        written.Record();
        Assert.False(written.IsDone);
        using (device.Use(stream))
        {
            stream.Wait(written);
            Assert.All(ones.ToArray<float>(), value => Assert.Equal(0f, value));
        }

        Assert.True(written.IsDone);
    }
}
