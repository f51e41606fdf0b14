using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Into how many bf16 numbers a value is cut.</summary>
internal interface IPartCount
{
    /// <summary>1 (bf16 itself, to nearest) or 3 (float32, exactly).</summary>
    static abstract bool HasThree { get; }
}

/// <summary>One part.</summary>
internal readonly struct OnePart : IPartCount
{
    /// <inheritdoc/>
    public static bool HasThree => false;
}

/// <summary>Three parts.</summary>
internal readonly struct ThreeParts : IPartCount
{
    /// <inheritdoc/>
    public static bool HasThree => true;
}

/// <summary>
/// Cuts an operand into the bf16 parts that <see cref="GemmTensorCoreKernels"/> multiplies: value = first + second + third, each the nearest bf16 of what is left, exactly. Output
/// [parts, rows, pitch] along K, in pieces of eight, zeros after K. What is left of an infinity or NaN is 0. An infinity times the zero that another value's small part may be would be
/// NaN, so <see cref="GemmOptions.WithFinitePart"/> adds a fourth part, the first with zeros for infinities and NaNs, to be multiplied with small parts.
/// </summary>
internal static class GemmCutKernels
{
    /// <summary>Threads of a block.</summary>
    internal const int Block = 256;

    /// <summary>Rows and depth of a block's part of an operand that is turned.</summary>
    internal const int TurnedRows = 64;

    /// <inheritdoc cref="TurnedRows"/>
    internal const int TurnedDepth = 32;

    private const int Pitch = TurnedRows + 1;

    // 2^128 (1 - 2^-8): floats above would round to infinity; cut off instead, the rest fits into the second part.
    private const float LargestBFloat16 = 3.3895313892515355e38f;

    /// <summary>From rows along K. Grid: x pieces of all rows, one a thread.</summary>
    [GpuKernel(Block, Architecture = "80", MaximumRegisters = 64, Expects = "STG.E.128")]
    [GpuKernelVariant("f32", typeof(float), typeof(FloatRows), typeof(ThreeParts))]
    [GpuKernelVariant("bf16", typeof(ushort), typeof(BFloat16Rows), typeof(OnePart))]
    public static void Along<T, TRows, TParts>(ArrayView<T> source, ArrayView<UInt4> parts, long stride, int rows, int k, int pitch, int options)
        where T : unmanaged
        where TRows : struct, IStoredRows<T>
        where TParts : struct, IPartCount
    {
        var piece = ((long)Grid.IdxX * Block) + Group.IdxX;
        var row = piece / pitch;
        if (row >= rows)
        {
            return;
        }

        var first = 8 * (int)(piece - (row * pitch));
        Write<TParts>(parts, piece, (long)rows * pitch, TRows.Eight(source, row * stride, first, k - first, (options & GemmOptions.AlignedA) != 0), options);
    }

    /// <summary>From [K, rows], turned on the way. Grid: x parts of <see cref="TurnedDepth"/> of K, y of <see cref="TurnedRows"/> rows; 8.3 KB of shared memory.</summary>
    [GpuKernel(Block, Architecture = "80", MaximumRegisters = 64, Expects = "STG.E.128")]
    [GpuKernelVariant("f32", typeof(float), typeof(FloatRows), typeof(ThreeParts))]
    [GpuKernelVariant("bf16", typeof(ushort), typeof(BFloat16Rows), typeof(OnePart))]
    public static void Across<T, TRows, TParts>(ArrayView<T> source, ArrayView<UInt4> parts, long stride, int rows, int k, int pitch, int options)
        where T : unmanaged
        where TRows : struct, IStoredRows<T>
        where TParts : struct, IPartCount
    {
        var shared = SharedMemory.Allocate<float>(TurnedDepth * Pitch);
        var depth = Group.IdxX >> 3;
        var column = 8 * (Group.IdxX & 7);
        var from = (Grid.IdxX * TurnedDepth) + depth;
        var first = (Grid.IdxY * TurnedRows) + column;
        var values = TRows.Eight(source, from * stride, first, from < k ? rows - first : 0, (options & GemmOptions.AlignedA) != 0);
        var to = (depth * Pitch) + column;
        shared[to] = values.Low.X;
        shared[to + 1] = values.Low.Y;
        shared[to + 2] = values.Low.Z;
        shared[to + 3] = values.Low.W;
        shared[to + 4] = values.High.X;
        shared[to + 5] = values.High.Y;
        shared[to + 6] = values.High.Z;
        shared[to + 7] = values.High.W;
        Group.Barrier();

        var turned = Group.IdxX >> 2;
        var row = (Grid.IdxY * TurnedRows) + turned;
        var piece = (Grid.IdxX * (TurnedDepth / 8)) + (Group.IdxX & 3);
        if (row < rows && piece < pitch)
        {
            var at = (8 * (Group.IdxX & 3) * Pitch) + turned;
            Write<TParts>(parts, ((long)row * pitch) + piece, (long)rows * pitch, new Float8(
                new Float4(shared[at], shared[at + Pitch], shared[at + (2 * Pitch)], shared[at + (3 * Pitch)]),
                new Float4(shared[at + (4 * Pitch)], shared[at + (5 * Pitch)], shared[at + (6 * Pitch)], shared[at + (7 * Pitch)])), options);
        }
    }

    private static void Write<TParts>(ArrayView<UInt4> parts, long place, long part, Float8 values, int options)
        where TParts : struct, IPartCount
    {
        var first = Round(TParts.HasThree ? Bounded(values) : values);
        parts[place] = first;
        if (TParts.HasThree)
        {
            var rest = Rest(values, first);
            var second = Round(rest);
            parts[place + part] = second;
            parts[place + (2 * part)] = Round(Rest(rest, second));
            if ((options & GemmOptions.WithFinitePart) != 0)
            {
                parts[place + (3 * part)] = new UInt4(Finite(first.X), Finite(first.Y), Finite(first.Z), Finite(first.W));
            }
        }
    }

    private static UInt4 Round(Float8 v) => new(
        Conversions.PackBf16Sm80(v.Low.X, v.Low.Y), Conversions.PackBf16Sm80(v.Low.Z, v.Low.W),
        Conversions.PackBf16Sm80(v.High.X, v.High.Y), Conversions.PackBf16Sm80(v.High.Z, v.High.W));

    private static Float8 Bounded(Float8 v) => new(
        new Float4(Bounded(v.Low.X), Bounded(v.Low.Y), Bounded(v.Low.Z), Bounded(v.Low.W)),
        new Float4(Bounded(v.High.X), Bounded(v.High.Y), Bounded(v.High.Z), Bounded(v.High.W)));

    private static float Bounded(float value)
        => FastMath.IfGreater(float.PositiveInfinity, FastMath.Abs(value), FastMath.Max(-LargestBFloat16, FastMath.Min(value, LargestBFloat16)), value);

    /// <summary>A pair of bf16 with zeros for those whose exponent is all ones.</summary>
    private static uint Finite(uint pair)
        => ((pair & 0x7F80u) == 0x7F80u ? 0u : pair & 0xFFFFu) | ((pair & 0x7F800000u) == 0x7F800000u ? 0u : pair & 0xFFFF0000u);

    private static Float8 Rest(Float8 v, UInt4 rounded) => new(
        new Float4(
            Rest(v.Low.X, Conversions.Bf16Low(rounded.X)), Rest(v.Low.Y, Conversions.Bf16High(rounded.X)),
            Rest(v.Low.Z, Conversions.Bf16Low(rounded.Y)), Rest(v.Low.W, Conversions.Bf16High(rounded.Y))),
        new Float4(
            Rest(v.High.X, Conversions.Bf16Low(rounded.Z)), Rest(v.High.Y, Conversions.Bf16High(rounded.Z)),
            Rest(v.High.Z, Conversions.Bf16Low(rounded.W)), Rest(v.High.W, Conversions.Bf16High(rounded.W))));

    private static float Rest(float value, float rounded) => FastMath.IfGreater(float.PositiveInfinity, FastMath.Abs(rounded), FastMath.Subtract(value, rounded), 0f);
}
