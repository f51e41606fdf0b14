using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Reads stored weights of an unblocked type as float32, exactly, in every width.</summary>
internal unsafe interface IWeightElement
{
    /// <summary>Bytes of one weight.</summary>
    static abstract int Size { get; }

    /// <summary>16 weights from <paramref name="source"/>.</summary>
    static abstract Vector512<float> Load512(byte* source);

    /// <summary>8 weights from <paramref name="source"/>.</summary>
    static abstract Vector256<float> Load256(byte* source);

    /// <summary>4 weights from <paramref name="source"/>.</summary>
    static abstract Vector128<float> Load128(byte* source);

    /// <summary>One weight.</summary>
    static abstract float Load(byte* source);
}
