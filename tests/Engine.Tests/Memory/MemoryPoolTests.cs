using Xunit;

namespace PlamoNative.Engine.Tests.Memory;

public sealed unsafe class MemoryPoolTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(1_000_003)]
    public void Blocks_are_aligned_large_enough_and_wasteless(long bytes)
    {
        var pool = new MemoryPool();
        var storage = pool.Rent(bytes);
        Assert.Equal(0, (nint)storage.Address % MemoryPool.Alignment);
        Assert.InRange(storage.ByteLength, bytes, bytes + Math.Max(MemoryPool.Alignment, bytes / 8) + MemoryPool.Alignment);
        new Span<byte>(storage.Address, (int)storage.ByteLength).Fill(0xA5);
        storage.Release();
        Assert.Equal(0, pool.Info.LiveBytes);
        pool.Trim();
        Assert.Equal(0, pool.Info.CachedBytes);
    }

    [Fact]
    public void A_second_round_of_the_same_sizes_asks_neither_system_nor_collector()
    {
        var pool = new MemoryPool();
        void Round()
        {
            for (var size = 100; size < 100_000; size *= 3)
            {
                pool.Rent(size).Release();
            }
        }

        Round();
        var asked = pool.Info.SystemAllocations;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(asked, pool.Info.SystemAllocations);
    }

    [Fact]
    public void Memory_outlives_all_but_the_last_reference()
    {
        var pool = new MemoryPool();
        var storage = pool.Rent(256);
        storage.AddReference();
        storage.Release();
        Assert.Equal(256, pool.Info.LiveBytes);
        storage.Release();
        Assert.Equal(0, pool.Info.LiveBytes);
        Assert.Throws<ObjectDisposedException>(() => storage.AddReference());
        Assert.Throws<ObjectDisposedException>(() => (nint)storage.Address);
    }

    [Fact]
    public void Forgotten_memory_comes_back_when_the_collector_finds_it()
    {
        var pool = new MemoryPool();
        Forget(pool);
        for (var attempt = 0; attempt < 20 && pool.Info.LiveBytes != 0; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, pool.Info.LiveBytes);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget(MemoryPool pool) => pool.Rent(1 << 20);
    }

    [Fact]
    public void The_peak_is_kept()
    {
        var pool = new MemoryPool();
        var first = pool.Rent(1024);
        var second = pool.Rent(1024);
        first.Release();
        second.Release();
        Assert.Equal(2048, pool.Info.PeakLiveBytes);
    }

    [Fact]
    public void Ever_new_sizes_do_not_pile_up_and_a_repeated_step_keeps_all_of_its_own()
    {
        var pool = new MemoryPool();
        for (var size = 1L << 20; size > 1 << 10; size -= 1 << 10)
        {
            Step(size);
        }

        Assert.InRange(pool.Info.CachedBytes, 1, (3 * pool.Info.PeakLiveBytes) + (1 << 20));
        Step(1 << 20);
        Step(1 << 20);
        var allocations = pool.Info.SystemAllocations;
        Step(1 << 20);
        Assert.Equal(allocations, pool.Info.SystemAllocations);

        void Step(long size)
        {
            pool.Rent(size).Release();
            pool.Rent(size / 2).Release();
            pool.Rent(size / 3).Release();
        }
    }
}
