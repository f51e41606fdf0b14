using PlamoNative.Engine;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Sessions;
using Xunit;

namespace PlamoNative.Tests.Runtime.Models;

public sealed class AllocationTests
{
    [Fact]
    public void Steady_decoding_allocates_no_tensor_memory_and_next_to_nothing_else()
    {
        using var device = new CpuDevice(2);
        using var model = SmallModels.Create("one kv head, window 3, untied", device);
        using var session = new PlamoSession(model);
        for (var i = 0; i < 20; i++)
        {
            session.Append(i);
        }

        var system = device.Memory.SystemAllocations;
        var live = device.Memory.LiveBytes;
        var managed = GC.GetAllocatedBytesForCurrentThread();
        const int Steps = 50;
        for (var i = 0; i < Steps; i++)
        {
            session.Append(i);
        }

        var perStep = (GC.GetAllocatedBytesForCurrentThread() - managed) / Steps;
        Assert.Equal(system, device.Memory.SystemAllocations);
        Assert.Equal(live, device.Memory.LiveBytes);
        Assert.InRange(perStep, 0, 64);
    }

    [Fact]
    public void A_pass_gives_intermediate_tensors_back_before_it_ends()
    {
        using var device = new CpuDevice(2);
        var shape = SmallModels.Shapes["usual pattern"] with { LayerCount = 4 };
        long PeakOf(Plamo2Configuration configuration)
        {
            using var own = new CpuDevice(1);
            using var model = SmallModels.Create(configuration, own);
            var before = own.Memory.LiveBytes;
            ModelRunner.Packed(model, SmallModels.Tokens(400, configuration.VocabSize));
            return own.Memory.PeakLiveBytes - before;
        }

        Assert.InRange(PeakOf(shape with { LayerCount = 12 }), 0, 1.05 * PeakOf(shape));
    }

    [Fact]
    public void States_count_their_bytes_and_give_them_back()
    {
        using var device = new CpuDevice(1);
        using var model = SmallModels.Create("usual pattern", device);
        var before = device.Memory.LiveBytes;
        using (var session = new PlamoSession(model))
        {
            session.Append(SmallModels.Tokens(100, 53));
            Assert.InRange(session.StateBytes, 1, device.Memory.LiveBytes - before);
        }

        Assert.Equal(before, device.Memory.LiveBytes);
    }
}
