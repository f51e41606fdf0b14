using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Bench;

/// <summary>
/// Memory bandwidth by a read-only sweep over a buffer much larger than any last cache. Each thread reads its own part; a part is read as one, two or four
/// streams side by side (prefetchers work by stream and by page), whichever was fastest.
/// </summary>
internal sealed unsafe class ReadBandwidth : IDisposable
{
    private const long Alignment = 1 << 16;

    private readonly long _bytes;
    private readonly Dictionary<int, int> _streams = [];
    private byte* _buffer;
    private ulong _sink;

    /// <summary>Takes and touches the buffer.</summary>
    /// <param name="megabytes">MiB to sweep; 768 unless told.</param>
    public ReadBandwidth(int megabytes = 768)
    {
        _bytes = (long)megabytes << 20;
        _buffer = (byte*)NativeMemory.AlignedAlloc((nuint)_bytes, (nuint)Alignment);

        // Written, not left zero: untouched pages would all be the system's one page of zeros.
        var words = (ulong*)_buffer;
        for (var i = 0L; i < _bytes / 8; i++)
        {
            words[i] = (ulong)i * 0x9E3779B97F4A7C15UL;
        }
    }

    /// <summary>The ceiling of a number of threads.</summary>
    public Limit ForThreads(int threads) => new("read sweep", () => Measure(threads));

    /// <summary>Streams per thread that were fastest on a number of threads.</summary>
    public int Streams(int threads)
    {
        if (!_streams.TryGetValue(threads, out var best))
        {
            best = new[] { 1, 2, 4 }.MaxBy(streams => Math.Max(Sweep(threads, streams), Sweep(threads, streams)));
            _streams[threads] = best;
        }

        return best;
    }

    /// <summary>B/s of one sweep by a number of threads together.</summary>
    public double Measure(int threads) => Sweep(threads, Streams(threads));

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_buffer);
        _buffer = null;
    }

    private double Sweep(int threads, int streams)
    {
        var part = _bytes / threads / Alignment * Alignment;
        var seconds = ThreadTeam.Time(threads, member =>
        {
            var from = _buffer + (member * part);
            var sum = streams switch
            {
                1 => Read(from, from + (part / 4), from + (part / 2), from + (part * 3 / 4), part / 4, oneByOne: true),
                2 => Read(from, from + (part / 2), from + (part / 4), from + (part * 3 / 4), part / 4, oneByOne: false),
                _ => Read4(from, part / 4),
            };
            Volatile.Write(ref _sink, sum);
        });
        return threads * part / seconds;
    }

    private static ulong Read(byte* a, byte* b, byte* c, byte* d, long quarter, bool oneByOne) =>
        oneByOne ? Read1(a, quarter) + Read1(b, quarter) + Read1(c, quarter) + Read1(d, quarter) : Read2(a, b, quarter) + Read2(c, d, quarter);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Read1(byte* from, long bytes)
    {
        Vector256<ulong> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var end = from + bytes; from < end; from += 128)
        {
            s0 ^= Vector256.Load((ulong*)from);
            s1 ^= Vector256.Load((ulong*)(from + 32));
            s2 ^= Vector256.Load((ulong*)(from + 64));
            s3 ^= Vector256.Load((ulong*)(from + 96));
        }

        return Vector256.Sum(s0 ^ s1 ^ s2 ^ s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Read2(byte* a, byte* b, long bytes)
    {
        Vector256<ulong> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var i = 0L; i < bytes; i += 64)
        {
            s0 ^= Vector256.Load((ulong*)(a + i));
            s1 ^= Vector256.Load((ulong*)(a + i + 32));
            s2 ^= Vector256.Load((ulong*)(b + i));
            s3 ^= Vector256.Load((ulong*)(b + i + 32));
        }

        return Vector256.Sum(s0 ^ s1 ^ s2 ^ s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Read4(byte* from, long bytes)
    {
        Vector256<ulong> s0 = default, s1 = default, s2 = default, s3 = default;
        byte* b = from + bytes, c = b + bytes, d = c + bytes;
        for (var i = 0L; i < bytes; i += 64)
        {
            s0 ^= Vector256.Load((ulong*)(from + i)) ^ Vector256.Load((ulong*)(from + i + 32));
            s1 ^= Vector256.Load((ulong*)(b + i)) ^ Vector256.Load((ulong*)(b + i + 32));
            s2 ^= Vector256.Load((ulong*)(c + i)) ^ Vector256.Load((ulong*)(c + i + 32));
            s3 ^= Vector256.Load((ulong*)(d + i)) ^ Vector256.Load((ulong*)(d + i + 32));
        }

        return Vector256.Sum(s0 ^ s1 ^ s2 ^ s3);
    }
}
