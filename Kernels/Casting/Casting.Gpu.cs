using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Dense elements to another type on a GPU, one thread for each. Grid: the elements over <see cref="Block"/>. The bits of the processor.</summary>
internal static class CastingKernels
{
    internal const int Block = 256;

    /// <summary>To float32, exactly.</summary>
    [GpuKernel(Block)]
    [GpuKernelVariant("bf16", typeof(StoredElements.Bf16))]
    [GpuKernelVariant("f16", typeof(StoredElements.Float16))]
    public static void Widen<TStored>(ArrayView<ushort> input, ArrayView<float> output)
        where TStored : struct, IStoredElements<ushort>
    {
        var i = ((long)Grid.IdxX * Block) + Group.IdxX;
        if (i < output.Length)
        {
            output[i] = TStored.Read(input, i);
        }
    }

    /// <summary>From float32, to nearest even.</summary>
    [GpuKernel(Block)]
    [GpuKernelVariant("bf16", typeof(Rounding.Bf16))]
    [GpuKernelVariant("f16", typeof(Rounding.Float16))]
    public static void Narrow<TRounding>(ArrayView<float> input, ArrayView<ushort> output)
        where TRounding : struct, IRounding
    {
        var i = ((long)Grid.IdxX * Block) + Group.IdxX;
        if (i < output.Length)
        {
            output[i] = TRounding.Round(input[i]);
        }
    }

    /// <summary>Rounds a float to the bits of a narrower type.</summary>
    internal interface IRounding
    {
        /// <summary>To nearest even.</summary>
        static abstract ushort Round(float value);
    }

    /// <summary>The narrower types.</summary>
    internal static class Rounding
    {
        /// <summary>bfloat16.</summary>
        internal readonly struct Bf16 : IRounding
        {
            /// <inheritdoc/>
            public static ushort Round(float value) => (ushort)StoredRounding.ToBf16(value);
        }

        /// <summary>float16.</summary>
        internal readonly struct Float16 : IRounding
        {
            /// <inheritdoc/>
            public static ushort Round(float value) => (ushort)StoredRounding.ToFloat16(value);
        }
    }
}
