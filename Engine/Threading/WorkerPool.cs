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
    private const long Closed = 1L << 31;
    private const long HelperMask = Closed - 1;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wakes;
    private readonly int[] _sleeping;
    private int _busy;

    // The call in progress: its number in the upper half, a bit that it takes no more helpers, and how many threads are helping now.
    private long _call = Closed;
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

        Exception? failure;
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
                Interlocked.Exchange(ref _call, ((_call >> 32) + 1) << 32);
                for (var i = 0; i < _wakes.Length; i++)
                {
                    if (Volatile.Read(ref _sleeping[i]) == 1 && Interlocked.Exchange(ref _sleeping[i], 0) == 1)
                    {
                        _wakes[i].Release();
                    }
                }

                RunParts<TKernel>(this, address, 0);

                // Every part is taken. A thread that has not come yet is not waited for: on a busy machine it may be a long time away.
                Interlocked.Or(ref _call, Closed);
                var spinner = default(SpinWait);
                while ((Volatile.Read(ref _call) & HelperMask) != 0)
                {
                    spinner.SpinOnce(sleep1Threshold: -1);
                }
            }

            // Taken before another call may own the threads and begin its own.
            failure = _failure;
        }
        finally
        {
            _kernel = null;
            Volatile.Write(ref _busy, 0);
        }

        if (failure is not null)
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

    /// <summary>Joins the call in progress unless it is closed or this thread has already helped with it.</summary>
    private bool TryJoin(ref long seen)
    {
        while (true)
        {
            var call = Volatile.Read(ref _call);
            if (call >> 32 == seen)
            {
                return false;
            }

            if ((call & Closed) != 0)
            {
                seen = call >> 32;
                return false;
            }

            if (Interlocked.CompareExchange(ref _call, call + 1, call) == call)
            {
                seen = call >> 32;
                return true;
            }
        }
    }

    private void Work(int worker)
    {
        var seen = 0L;
        var spins = 0;
        while (Volatile.Read(ref _disposed) == 0)
        {
            if (TryJoin(ref seen))
            {
                _run(this, _kernel, worker);
                Interlocked.Decrement(ref _call);
                spins = 0;
            }
            else if (++spins < SpinsBeforeSleep)
            {
                Thread.SpinWait(20);
            }
            else
            {
                Sleep(worker, seen);
                spins = 0;
            }
        }
    }

    private void Sleep(int worker, long seen)
    {
        Interlocked.Exchange(ref _sleeping[worker - 1], 1);

        // A call that began since the last look has perhaps seen no sleeper: take the sleep back, unless its wake is already on the way.
        var isNew = Volatile.Read(ref _call) >> 32 != seen || Volatile.Read(ref _disposed) != 0;
        if (!isNew || Interlocked.Exchange(ref _sleeping[worker - 1], 0) == 0)
        {
            _wakes[worker - 1].Wait();
        }
    }
}
