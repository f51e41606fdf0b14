using System.Runtime.CompilerServices;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Where 32 lane values of an operand lie: in the current frame's registers, or in the program's constants.</summary>
internal readonly unsafe struct Source
{
    private readonly nint _offset;
    private readonly nint _frameMask;

    private Source(nint offset, nint frameMask) => (_offset, _frameMask) = (offset, frameMask);

    internal static Source Register(int offset) => new(offset, -1);

    internal static Source Constant(byte* address) => new((nint)address, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T* Of<T>(Warp warp)
        where T : unmanaged => (T*)(((nint)warp.Registers & _frameMask) + _offset);
}
