using System.Runtime.InteropServices;
using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>One tensor of a step, as the kernel finds it in its table.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamWEntry
{
    /// <summary>Address of p, f32.</summary>
    public long Value;

    /// <summary>Address of the bf16 copy of p; 0 for none.</summary>
    public long Rounded;

    /// <summary>Address of g.</summary>
    public long Gradient;

    /// <summary>Address of m.</summary>
    public long FirstMoment;

    /// <summary>Address of v.</summary>
    public long SecondMoment;

    /// <summary>Elements.</summary>
    public long Count;

    /// <summary>The launch's first block that works on this tensor.</summary>
    public int FirstBlock;

    /// <summary>Learning rate times weight decay, or 0.</summary>
    public float Decay;
}

/// <summary>The constants of a step, rounded once to float32.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamWConstants
{
    /// <summary>What gradients are multiplied with.</summary>
    public float Scale;

    /// <summary>β1.</summary>
    public float Beta1;

    /// <summary>1 - β1.</summary>
    public float Rest1;

    /// <summary>β2.</summary>
    public float Beta2;

    /// <summary>1 - β2.</summary>
    public float Rest2;

    /// <summary>ε.</summary>
    public float Epsilon;

    /// <summary>Learning rate over (1 - β1^s).</summary>
    public float Rate;

    /// <summary>1 / (1 - β2^s).</summary>
    public float Correction;
}

/// <summary>
/// AdamW over all tensors in one launch. Each entry's tensors are dense and of one length, f32, Rounded bf16. Grid: <see cref="BlockSize"/> elements a block, blocks of entry e from its
/// FirstBlock on; block 256, four elements a thread and turn where all addresses are multiples of 16, else one. The bits of the processor.
/// </summary>
internal static class AdamWKernels
{
    /// <summary>Elements of a block.</summary>
    public const int BlockSize = 4096;

    private const int Threads = 256;

    /// <summary>Runs the step.</summary>
    [GpuKernel(Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void Step(ArrayView<AdamWEntry> entries, int count, AdamWConstants constants)
    {
        var low = 0;
        var high = count;
        while (high - low > 1)
        {
            var middle = (low + high) >> 1;
            if (entries[middle].FirstBlock <= Grid.IdxX)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        var entry = entries[low];
        var first = (Grid.IdxX - entry.FirstBlock) * (long)BlockSize;
        var last = entry.Count - first < BlockSize ? entry.Count : first + BlockSize;
        var whole = first;
        if (((entry.Value | entry.Gradient | entry.FirstMoment | entry.SecondMoment | (entry.Rounded * 2)) & 15) == 0)
        {
            whole = last & -4L;
            for (var i = first + (Group.IdxX * 4); i < whole; i += Threads * 4)
            {
                Four(entry, i, constants);
            }
        }

        for (var i = whole + Group.IdxX; i < last; i += Threads)
        {
            var at = i * sizeof(float);
            var m = AddressMemory.Load(entry.FirstMoment + at);
            var v = AddressMemory.Load(entry.SecondMoment + at);
            var p = Element<DeviceScalar, float>(AddressMemory.Load(entry.Value + at), AddressMemory.Load(entry.Gradient + at), ref m, ref v, entry.Decay, constants);
            AddressMemory.Store(entry.FirstMoment + at, m);
            AddressMemory.Store(entry.SecondMoment + at, v);
            AddressMemory.Store(entry.Value + at, p);
            if (entry.Rounded != 0)
            {
                AddressMemory.StoreHalf(entry.Rounded + (i * sizeof(ushort)), StoredRounding.ToBf16(p));
            }
        }
    }

    private static void Four(AdamWEntry entry, long element, AdamWConstants constants)
    {
        var at = element * sizeof(float);
        var m = AddressMemory.LoadFour(entry.FirstMoment + at);
        var v = AddressMemory.LoadFour(entry.SecondMoment + at);
        var p = Element<DeviceFour, Float4>(AddressMemory.LoadFour(entry.Value + at), AddressMemory.LoadFour(entry.Gradient + at), ref m, ref v, entry.Decay, constants);
        AddressMemory.StoreFour(entry.FirstMoment + at, m);
        AddressMemory.StoreFour(entry.SecondMoment + at, v);
        AddressMemory.StoreFour(entry.Value + at, p);
        if (entry.Rounded != 0)
        {
            var low = StoredRounding.ToBf16(p.X) | (StoredRounding.ToBf16(p.Y) << 16);
            var high = StoredRounding.ToBf16(p.Z) | (StoredRounding.ToBf16(p.W) << 16);
            AddressMemory.StoreTwo(entry.Rounded + (element * sizeof(ushort)), new UInt2(low, high));
        }
    }

    private static TVector Element<TSimd, TVector>(TVector p, TVector gradient, ref TVector m, ref TVector v, float decay, AdamWConstants constants)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var g = TSimd.Multiply(gradient, TSimd.Create(constants.Scale));
        m = TSimd.Fma(TSimd.Create(constants.Beta1), m, TSimd.Multiply(TSimd.Create(constants.Rest1), g));
        v = TSimd.Fma(TSimd.Create(constants.Beta2), v, TSimd.Multiply(TSimd.Multiply(TSimd.Create(constants.Rest2), g), g));
        var root = TSimd.Add(TSimd.Sqrt(TSimd.Multiply(v, TSimd.Create(constants.Correction))), TSimd.Create(constants.Epsilon));
        var change = TSimd.Fma(p, TSimd.Create(decay), TSimd.Divide(TSimd.Multiply(TSimd.Create(constants.Rate), m), root));
        return TSimd.Subtract(p, change);
    }
}
