using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Copies from global to shared memory that go on while the thread computes (sm_80). Both addresses are aligned to the copy. The bytes are there for this thread after
/// <see cref="WaitGroup"/>, for others after a barrier on top. The C# bodies copy at once.
/// </summary>
internal static class CpAsync
{
    /// <summary>16 bytes past L1.</summary>
    [IntrinsicImplementation, PtxInstruction("cp.async.cg.shared.global [$0], [$1], 16;", Architecture = "80", Space = "shared,global")]
    public static void Copy16<T>(ref T shared, ref T global)
        where T : unmanaged => shared = global;

    /// <summary>16 bytes past L1, or 16 zero bytes where <paramref name="valid"/> is false; the source is not read then.</summary>
    [IntrinsicImplementation]
    [PtxInstruction("{ .reg .b32 n; selp.b32 n, 16, 0, $2; cp.async.cg.shared.global [$0], [$1], 16, n; }", Architecture = "80", Space = "shared,global")]
    public static void Copy16<T>(ref T shared, ref T global, bool valid)
        where T : unmanaged => shared = valid ? global : default;

    /// <summary>8 bytes through L1, or zeros.</summary>
    [IntrinsicImplementation]
    [PtxInstruction("{ .reg .b32 n; selp.b32 n, 8, 0, $2; cp.async.ca.shared.global [$0], [$1], 8, n; }", Architecture = "80", Space = "shared,global")]
    public static void Copy8<T>(ref T shared, ref T global, bool valid)
        where T : unmanaged => shared = valid ? global : default;

    /// <summary>4 bytes through L1, or zeros.</summary>
    [IntrinsicImplementation]
    [PtxInstruction("{ .reg .b32 n; selp.b32 n, 4, 0, $2; cp.async.ca.shared.global [$0], [$1], 4, n; }", Architecture = "80", Space = "shared,global")]
    public static void Copy4<T>(ref T shared, ref T global, bool valid)
        where T : unmanaged => shared = valid ? global : default;

    /// <summary>Ends this thread's group of copies.</summary>
    [IntrinsicImplementation, PtxInstruction("cp.async.commit_group;", Architecture = "80")]
    public static void Commit()
    {
    }

    /// <summary>Waits until at most so many of the newest groups are still under way.</summary>
    /// <param name="pending">A constant.</param>
    [IntrinsicImplementation, PtxInstruction("cp.async.wait_group $0!;", Architecture = "80")]
    public static void WaitGroup(int pending)
    {
    }

    /// <summary>Waits for all of this thread's copies.</summary>
    [IntrinsicImplementation, PtxInstruction("cp.async.wait_all;", Architecture = "80")]
    public static void WaitAll()
    {
    }
}
