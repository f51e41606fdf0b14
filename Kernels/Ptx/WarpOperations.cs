using System.Numerics;
using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Instructions of a warp. All 32 lanes have to take part unless a mask says otherwise. The C# bodies are those of a warp of one lane. ILGPU's own <c>Warp.Shuffle...</c> (full mask)
/// may be used too.
/// </summary>
internal static class WarpOperations
{
    /// <summary>The mask of all lanes.</summary>
    public const uint All = 0xFFFFFFFF;

    /// <summary>This thread's lane, 0 to 31.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.u32 $r, %laneid;")]
    public static int Lane() => 0;

    /// <summary>The value of lane <c>own ^ mask</c>.</summary>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.bfly.b32 $r, $0, $1, 31, 0xFFFFFFFF;")]
    public static float ShuffleXor(float value, int mask) => value;

    /// <inheritdoc cref="ShuffleXor(float, int)"/>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.bfly.b32 $r, $0, $1, 31, 0xFFFFFFFF;")]
    public static uint ShuffleXor(uint value, int mask) => value;

    /// <inheritdoc cref="ShuffleXor(float, int)"/>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.bfly.b32 $r, $0, $1, 31, 0xFFFFFFFF;")]
    public static int ShuffleXor(int value, int mask) => value;

    /// <summary>The value of a lane.</summary>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.idx.b32 $r, $0, $1, 31, 0xFFFFFFFF;")]
    public static float Broadcast(float value, int lane) => value;

    /// <inheritdoc cref="Broadcast(float, int)"/>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.idx.b32 $r, $0, $1, 31, 0xFFFFFFFF;")]
    public static uint Broadcast(uint value, int lane) => value;

    /// <inheritdoc cref="Broadcast(float, int)"/>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.idx.b32 $r, $0, $1, 31, 0xFFFFFFFF;")]
    public static int Broadcast(int value, int lane) => value;

    /// <summary>The value of the lane <paramref name="delta"/> lower; its own where there is none.</summary>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.up.b32 $r, $0, $1, 0, 0xFFFFFFFF;")]
    public static float ShuffleUp(float value, int delta) => value;

    /// <inheritdoc cref="ShuffleUp(float, int)"/>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.up.b32 $r, $0, $1, 0, 0xFFFFFFFF;")]
    public static int ShuffleUp(int value, int delta) => value;

    /// <summary>The value of the lane <paramref name="delta"/> higher; its own where there is none.</summary>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.down.b32 $r, $0, $1, 31, 0xFFFFFFFF;")]
    public static float ShuffleDown(float value, int delta) => value;

    /// <inheritdoc cref="ShuffleDown(float, int)"/>
    [IntrinsicImplementation, PtxInstruction("shfl.sync.down.b32 $r, $0, $1, 31, 0xFFFFFFFF;")]
    public static int ShuffleDown(int value, int delta) => value;

    /// <summary>A bit for each lane whose condition holds.</summary>
    [IntrinsicImplementation, PtxInstruction("vote.sync.ballot.b32 $r, $0, 0xFFFFFFFF;")]
    public static uint Ballot(bool condition) => condition ? 1u : 0u;

    /// <summary>Whether any lane's condition holds.</summary>
    [IntrinsicImplementation, PtxInstruction("vote.sync.any.pred $r, $0, 0xFFFFFFFF;")]
    public static bool Any(bool condition) => condition;

    /// <summary>Whether every lane's condition holds.</summary>
    [IntrinsicImplementation, PtxInstruction("vote.sync.all.pred $r, $0, 0xFFFFFFFF;")]
    public static bool Every(bool condition) => condition;

    /// <summary>A bit for each lane that has the same value.</summary>
    [IntrinsicImplementation, PtxInstruction("match.any.sync.b32 $r, $0, 0xFFFFFFFF;")]
    public static uint Match(uint value) => 1;

    /// <summary>A bit for each lane that is at this instruction.</summary>
    [IntrinsicImplementation, PtxInstruction("activemask.b32 $r;")]
    public static uint ActiveMask() => 1;

    /// <summary>A barrier for the lanes of a mask, which also orders their memory accesses.</summary>
    [IntrinsicImplementation, PtxInstruction("bar.warp.sync $0;")]
    public static void Synchronize(uint mask)
    {
    }

    /// <summary>Sum of all lanes' values.</summary>
    [IntrinsicImplementation, PtxInstruction("redux.sync.add.s32 $r, $0, 0xFFFFFFFF;", Architecture = "80")]
    public static int SumSm80(int value) => value;

    /// <summary>Largest of all lanes' values.</summary>
    [IntrinsicImplementation, PtxInstruction("redux.sync.max.s32 $r, $0, 0xFFFFFFFF;", Architecture = "80")]
    public static int MaxSm80(int value) => value;

    /// <summary>Smallest of all lanes' values.</summary>
    [IntrinsicImplementation, PtxInstruction("redux.sync.min.s32 $r, $0, 0xFFFFFFFF;", Architecture = "80")]
    public static int MinSm80(int value) => value;

    /// <summary>Bits that any lane has.</summary>
    [IntrinsicImplementation, PtxInstruction("redux.sync.or.b32 $r, $0, 0xFFFFFFFF;", Architecture = "80")]
    public static uint OrSm80(uint value) => value;

    /// <summary>How many bits are set.</summary>
    [IntrinsicImplementation, PtxInstruction("popc.b32 $r, $0;")]
    public static int PopulationCount(uint value) => BitOperations.PopCount(value);

    /// <summary>Index of the highest set bit; -1 where there is none.</summary>
    [IntrinsicImplementation, PtxInstruction("bfind.u32 $r, $0;")]
    public static int HighestBit(uint value) => value == 0 ? -1 : BitOperations.Log2(value);
}
