using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Kernels;

/// <summary>Hints that hide the latency of memory.</summary>
internal static unsafe class Prefetch
{
    /// <summary>How far ahead a stream of weights is asked for: past the end of a page, where the hardware's own prefetcher starts anew.</summary>
    private const int Distance = 2048;

    /// <summary>Asks for the weights that follow. Never faults, wherever it points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Stream(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address + Distance);
        }
    }
}
