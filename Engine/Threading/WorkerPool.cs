using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace PlamoNative.Engine;

/// <summary>
/// Threads for kernels. A call splits a range of independent items into parts that threads take in turn; every item is done by exactly one thread
/// and no item knows which, so results depend neither on the number of threads nor on timing. Calls allocate nothing.
/// </summary>
/// <remarks>
/// One caller at a time owns the threads; a second caller (another request, another model) that arrives meanwhile does its work alone on its own
/// thread rather than wait, and so does a nested call.
/// </remarks>
public sealed unsafe class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 2000;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wakes;
    private readonly int[] _sleeping;
    private int _busy;
    private int _generation;
    private int _unfinished;
    private int _disposed;
    private void* _kernel;
    private delegate*<WorkerPool, void*, int, void> _run;
    private int _count;
    private int _partSize;
    private int _next;
    private Exception? _failure;

    /// <summary>Starts <paramref name="threadCount"/> - 1 threads; the caller of <see cref="For"/> is the last one.</summary>
    /// <param name="threadCount">Threads that share the work; 0 means one per logical processor.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative or above 1024.</exception>
    public WorkerPool(int threadCount = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threadCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threadCount, 1024);
        ThreadCount = threadCount == 0 ? Environment.ProcessorCount : threadCount;
        _threads = new Thread[ThreadCount - 1];
        _wakes = new SemaphoreSlim[_threads.Length];
        _sleeping = new int[_threads.Length];
        for (var i = 0; i < _threads.Length; i++)
        {
            _wakes[i] = new SemaphoreSlim(0);
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"plamo worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that share the work, the caller's included.</summary>
    public int ThreadCount { get; }

    /// <summary>Runs <paramref name="kernel"/> over <c>[0, count)</c> in parts of at least <paramref name="minimumPart"/> items and returns when all are done.</summary>
    /// <typeparam name="TKernel">A struct: the call is made once per part without allocation.</typeparam>
    /// <param name="count">Number of independent items; 0 does nothing.</param>
    /// <param name="kernel">The work. It is shared by all threads.</param>
    /// <param name="minimumPart">Items below which a part is not worth a thread.</param>
    /// <exception cref="ObjectDisposedException">The threads were stopped. What a kernel throws comes out as it was thrown, whichever thread ran it.</exception>
    public void For<TKernel>(int count, ref TKernel kernel, int minimumPart = 1)
        where TKernel : struct, IRangeKernel
    {
        if (count <= 0)
        {
            return;
        }

        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (ThreadCount == 1 || count <= minimumPart || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            kernel.Run(0, count, 0);
            return;
        }

        try
        {
            // A few parts per thread even out unequal items; parts are handed out in order.
            _partSize = Math.Max(minimumPart, (count + (4 * ThreadCount) - 1) / (4 * ThreadCount));
            _count = count;
            _next = 0;
            _failure = null;
            _run = &RunParts<TKernel>;

            // The kernel may live on this stack or inside an object: pinned by the fixed statement until all threads are done.
            fixed (byte* address = &Unsafe.As<TKernel, byte>(ref kernel))
            {
                _kernel = address;
                Volatile.Write(ref _unfinished, _threads.Length);
                Interlocked.Increment(ref _generation);
                for (var i = 0; i < _wakes.Length; i++)
                {
                    if (Volatile.Read(ref _sleeping[i]) == 1 && Interlocked.Exchange(ref _sleeping[i], 0) == 1)
                    {
                        _wakes[i].Release();
                    }
                }

                RunParts<TKernel>(this, address, 0);
                var spinner = default(SpinWait);
                while (Volatile.Read(ref _unfinished) != 0)
                {
                    spinner.SpinOnce(sleep1Threshold: -1);
                }
            }
        }
        finally
        {
            _kernel = null;
            Volatile.Write(ref _busy, 0);
        }

        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Stops the threads, once a call that uses them has returned. Not to be called by a kernel.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Owning the threads, for good: a thread that left while a call waited for it would let that call wait for ever.
        var spinner = default(SpinWait);
        while (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            spinner.SpinOnce();
        }

        foreach (var wake in _wakes)
        {
            wake.Release();
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        foreach (var wake in _wakes)
        {
            wake.Dispose();
        }
    }

    private static void RunParts<TKernel>(WorkerPool pool, void* kernel, int worker)
        where TKernel : struct, IRangeKernel
    {
        ref var work = ref Unsafe.AsRef<TKernel>(kernel);
        try
        {
            while (true)
            {
                var begin = Interlocked.Add(ref pool._next, pool._partSize) - pool._partSize;
                if (begin >= pool._count || begin < 0)
                {
                    return;
                }

                work.Run(begin, Math.Min(begin + pool._partSize, pool._count), worker);
            }
        }
        catch (Exception exception)
        {
            // The other parts still run: every thread must come home before the caller may unpin the kernel.
            Interlocked.CompareExchange(ref pool._failure, exception, null);
        }
    }

    private void Work(int worker)
    {
        var seen = 0;
        while (true)
        {
            var spins = 0;
            while (Volatile.Read(ref _generation) == seen)
            {
                if (Volatile.Read(ref _disposed) != 0)
                {
                    return;
                }

                if (++spins < SpinsBeforeSleep)
                {
                    Thread.SpinWait(20);
                    continue;
                }

                Interlocked.Exchange(ref _sleeping[worker - 1], 1);
                if (Volatile.Read(ref _generation) != seen || Volatile.Read(ref _disposed) != 0)
                {
                    // Work arrived between the last look and going to sleep: take it back, or consume the wake that is on its way.
                    if (Interlocked.Exchange(ref _sleeping[worker - 1], 0) == 0)
                    {
                        _wakes[worker - 1].Wait();
                    }

                    continue;
                }

                _wakes[worker - 1].Wait();
            }

            seen = Volatile.Read(ref _generation);
            _run(this, _kernel, worker);
            Interlocked.Decrement(ref _unfinished);
        }
    }
}
