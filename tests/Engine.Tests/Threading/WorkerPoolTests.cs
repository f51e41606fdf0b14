using Xunit;

namespace PlamoNative.Engine.Tests.Threading;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1000)]
    [InlineData(4, 7)]
    [InlineData(2, 0)]
    public void Every_item_is_done_exactly_once(int threads, int count)
    {
        using var pool = new WorkerPool(threads);
        for (var round = 0; round < 200; round++)
        {
            var kernel = new CountVisits(new int[count]);
            pool.For(count, ref kernel);
            Assert.All(kernel.Visits, visits => Assert.Equal(1, visits));
        }
    }

    [Fact]
    public void Calls_from_several_threads_and_nested_calls_finish()
    {
        using var pool = new WorkerPool(3);
        Parallel.For(0, 8, _ =>
        {
            for (var round = 0; round < 50; round++)
            {
                var kernel = new Nested(pool, new int[64 * 16]);
                pool.For(64, ref kernel);
                Assert.All(kernel.Visits, visits => Assert.Equal(1, visits));
            }
        });
    }

    [Fact]
    public void Work_after_a_pause_wakes_sleeping_threads()
    {
        using var pool = new WorkerPool(2);
        for (var round = 0; round < 5; round++)
        {
            // Longer than the workers spin, so that the next call finds them asleep.
            Assert.False(new ManualResetEventSlim().Wait(TimeSpan.FromMilliseconds(30), TestContext.Current.CancellationToken));
            var kernel = new CountVisits(new int[100]);
            pool.For(100, ref kernel);
            Assert.All(kernel.Visits, visits => Assert.Equal(1, visits));
        }
    }

    [Fact]
    public void A_failing_part_is_reported_and_the_pool_goes_on()
    {
        using var pool = new WorkerPool(2);
        var failing = new Failing();
        Assert.Equal("planted", Assert.Throws<InvalidOperationException>(() => pool.For(100, ref failing)).Message);
        var kernel = new CountVisits(new int[100]);
        pool.For(100, ref kernel);
        Assert.All(kernel.Visits, visits => Assert.Equal(1, visits));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_call_after_the_end_is_an_error_and_does_not_wait_for_threads_that_left(int threads)
    {
        var pool = new WorkerPool(threads);
        pool.Dispose();
        pool.Dispose();
        var kernel = new CountVisits(new int[100]);
        Assert.Throws<ObjectDisposedException>(() => pool.For(100, ref kernel));
    }

    [Fact]
    public void Stopping_in_the_middle_of_calls_leaves_no_call_waiting()
    {
        for (var round = 0; round < 200; round++)
        {
            var pool = new WorkerPool(3);
            using var started = new ManualResetEventSlim();
            var caller = new Thread(() =>
            {
                var kernel = new CountVisits(new int[64]);
                try
                {
                    while (true)
                    {
                        pool.For(64, ref kernel);
                        started.Set();
                    }
                }
                catch (ObjectDisposedException)
                {
                    started.Set();
                }
            })
            { IsBackground = true };
            caller.Start();
            started.Wait(TestContext.Current.CancellationToken);
            pool.Dispose();
            Assert.True(caller.Join(TimeSpan.FromSeconds(30)));
        }
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        using var pool = new WorkerPool(2);
        var kernel = new CountVisits(new int[1000]);
        pool.For(1000, ref kernel);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
        {
            pool.For(1000, ref kernel);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private readonly struct CountVisits(int[] visits) : IRangeKernel
    {
        public int[] Visits { get; } = visits;

        public void Run(int begin, int end, int worker)
        {
            for (var i = begin; i < end; i++)
            {
                Interlocked.Increment(ref Visits[i]);
            }
        }
    }

    private readonly struct Nested(WorkerPool pool, int[] visits) : IRangeKernel
    {
        public int[] Visits { get; } = visits;

        public void Run(int begin, int end, int worker)
        {
            for (var i = begin; i < end; i++)
            {
                var inner = new Inner(Visits, i * 16);
                pool.For(16, ref inner);
            }
        }
    }

    private readonly struct Inner(int[] visits, int offset) : IRangeKernel
    {
        public void Run(int begin, int end, int worker)
        {
            for (var i = begin; i < end; i++)
            {
                Interlocked.Increment(ref visits[offset + i]);
            }
        }
    }

    private readonly struct Failing : IRangeKernel
    {
        public void Run(int begin, int end, int worker)
        {
            if (begin <= 50 && 50 < end)
            {
                throw new InvalidOperationException("planted");
            }
        }
    }
}
