using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Between float32 and the 16-bit types on a GPU, dense tensors of one length. Block 256; a thread four neighbors (16 bytes of float32, 8 of the other) where count and addresses allow,
/// else one. To nearest even; the bits of the processor.
/// </summary>
internal static class CastingKernels
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>A 16-bit type.</summary>
    internal interface INarrow
    {
        /// <summary>The number in the low half of a word, widened.</summary>
        static abstract float Widen(uint value);

        /// <summary>The rounded number in the low half of a word.</summary>
        static abstract uint Narrow(float value);
    }

    /// <summary>bfloat16.</summary>
    internal readonly struct Bf16 : INarrow
    {
        /// <inheritdoc/>
        public static float Widen(uint value) => FastMath.FromBits(value << 16);

        /// <inheritdoc/>
        public static uint Narrow(float value) => StoredRounding.ToBf16(value);
    }

    /// <summary>float16.</summary>
    internal readonly struct Float16 : INarrow
    {
        /// <inheritdoc/>
        public static float Widen(uint value) => Conversions.HalfLow(value);

        /// <inheritdoc/>
        public static uint Narrow(float value) => StoredRounding.ToFloat16(value);
    }

    /// <summary>output = widened input, four at a time; count is a multiple of 4.</summary>
    [GpuKernel(Threads, Expects = "LDG.E.64 STG.E.128")]
    [GpuKernelVariant("bf16", typeof(Bf16))]
    [GpuKernelVariant("f16", typeof(Float16))]
    public static void Widen<TNarrow>(ArrayView<UInt2> input, ArrayView<Float4> output, long count)
        where TNarrow : struct, INarrow
    {
        var i = ((long)Grid.IdxX * Threads) + Group.IdxX;
        if (i < count / 4)
        {
            var value = input[i];
            output[i] = new Float4(
                TNarrow.Widen(value.X & 0xFFFFu), TNarrow.Widen(value.X >> 16), TNarrow.Widen(value.Y & 0xFFFFu), TNarrow.Widen(value.Y >> 16));
        }
    }

    /// <summary>output = rounded input, four at a time; count is a multiple of 4.</summary>
    [GpuKernel(Threads, Expects = "LDG.E.128 STG.E.64")]
    [GpuKernelVariant("bf16", typeof(Bf16))]
    [GpuKernelVariant("f16", typeof(Float16))]
    public static void Narrow<TNarrow>(ArrayView<Float4> input, ArrayView<UInt2> output, long count)
        where TNarrow : struct, INarrow
    {
        var i = ((long)Grid.IdxX * Threads) + Group.IdxX;
        if (i < count / 4)
        {
            var value = input[i];
            output[i] = new UInt2(
                TNarrow.Narrow(value.X) | (TNarrow.Narrow(value.Y) << 16), TNarrow.Narrow(value.Z) | (TNarrow.Narrow(value.W) << 16));
        }
    }

    /// <summary>output = widened input, one at a time.</summary>
    [GpuKernel(Threads)]
    [GpuKernelVariant("bf16", typeof(Bf16))]
    [GpuKernelVariant("f16", typeof(Float16))]
    public static void WidenEach<TNarrow>(ArrayView<ushort> input, ArrayView<float> output, long count)
        where TNarrow : struct, INarrow
    {
        var i = ((long)Grid.IdxX * Threads) + Group.IdxX;
        if (i < count)
        {
            output[i] = TNarrow.Widen(input[i]);
        }
    }

    /// <summary>output = rounded input, one at a time.</summary>
    [GpuKernel(Threads)]
    [GpuKernelVariant("bf16", typeof(Bf16))]
    [GpuKernelVariant("f16", typeof(Float16))]
    public static void NarrowEach<TNarrow>(ArrayView<float> input, ArrayView<ushort> output, long count)
        where TNarrow : struct, INarrow
    {
        var i = ((long)Grid.IdxX * Threads) + Group.IdxX;
        if (i < count)
        {
            output[i] = (ushort)TNarrow.Narrow(input[i]);
        }
    }
}
