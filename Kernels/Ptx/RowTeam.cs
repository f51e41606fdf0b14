using ILGPU;

namespace PlamoNative.Kernels.Ptx;

/// <summary>The threads that work on one row: a warp on a short one, a block of <see cref="Threads"/> on a long one.</summary>
internal interface IRowTeam
{
    /// <summary>Threads of a block, whatever the team.</summary>
    internal const int Threads = 256;

    /// <summary>The team's row.</summary>
    static abstract int Row { get; }

    /// <summary>This thread's number in its team.</summary>
    static abstract int Rank { get; }

    /// <summary>Threads of the team.</summary>
    static abstract int Size { get; }

    /// <summary>Sum over the team, in a fixed order, for all its threads.</summary>
    static abstract float Sum(float value);

    /// <summary>Largest over the team, for all its threads; NaN is left out.</summary>
    static abstract float Max(float value);
}

/// <summary>A warp: eight rows a block, no barrier.</summary>
internal readonly struct WarpTeam : IRowTeam
{
    /// <inheritdoc/>
    public static int Row => (Grid.IdxX * (IRowTeam.Threads / 32)) + (Group.IdxX >> 5);

    /// <inheritdoc/>
    public static int Rank => Group.IdxX & 31;

    /// <inheritdoc/>
    public static int Size => 32;

    /// <inheritdoc/>
    public static float Sum(float value) => WarpReduce.Sum(value);

    /// <inheritdoc/>
    public static float Max(float value) => WarpReduce.Max(value);
}

/// <summary>A block: one row; every thread must come to each <see cref="Sum"/> and <see cref="Max"/>.</summary>
internal readonly struct BlockTeam : IRowTeam
{
    /// <inheritdoc/>
    public static int Row => Grid.IdxX;

    /// <inheritdoc/>
    public static int Rank => Group.IdxX;

    /// <inheritdoc/>
    public static int Size => IRowTeam.Threads;

    /// <inheritdoc/>
    public static float Sum(float value) => BlockReduce.Sum(value);

    /// <inheritdoc/>
    public static float Max(float value) => BlockReduce.Max(value);
}
