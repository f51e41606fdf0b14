using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Kernels;

/// <summary>Hints that hide the latency of memory.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Asks for the line at <paramref name="address"/> in the second cache. Never faults, wherever it points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Next(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
        }
    }

    /// <summary>Asks for <paramref name="bytes"/> from <paramref name="address"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Range(byte* address, long bytes)
    {
        for (var i = 0L; i < bytes; i += 64)
        {
            Next(address + i);
        }
    }
}
