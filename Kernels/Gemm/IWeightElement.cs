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

/// <summary>float32 weights.</summary>
internal readonly unsafe struct Float32Element : IWeightElement
{
    public static int Size => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source) => Vector512.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) => Vector256.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* source) => Vector128.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => *(float*)source;
}

/// <summary>bf16 weights: the upper halves of float32.</summary>
internal readonly unsafe struct BFloat16Element : IWeightElement
{
    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source) => (Vector512.WidenLower(Vector256.Load((ushort*)source).ToVector512Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) => (Vector256.WidenLower(Vector128.Load((ushort*)source).ToVector256Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* source) =>
        (Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)source << 16);
}

/// <summary>
/// f16 weights. .NET has no conversion instruction for halves, so: exponent and mantissa move to their float32 places, a product with 2^112 (the
/// difference of the biases) makes the value, exactly for normals, subnormals and zeros; an exponent of all ones gets the rest of its ones.
/// </summary>
internal readonly unsafe struct Float16Element : IWeightElement
{
    private const float Rebias = 5.192296858534828e33f; // 2^112
    private const uint Magnitude = 0x0FFFE000;
    private const uint Special = 0x0F800000;
    private const uint Ones = 0x70000000;
    private const uint Sign = 0x80000000;

    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source)
    {
        var bits = Vector512.WidenLower(Vector256.Load((ushort*)source).ToVector512Unsafe());
        var magnitude = (bits << 13) & Vector512.Create(Magnitude);
        var value = (magnitude.AsSingle() * Vector512.Create(Rebias)).AsUInt32();
        var special = Vector512.GreaterThanOrEqual(magnitude.AsInt32(), Vector512.Create((int)Special)).AsUInt32() & Vector512.Create(Special | Ones);
        return (value | special | ((bits << 16) & Vector512.Create(Sign))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source)
    {
        var bits = Vector256.WidenLower(Vector128.Load((ushort*)source).ToVector256Unsafe());
        var magnitude = (bits << 13) & Vector256.Create(Magnitude);
        var value = (magnitude.AsSingle() * Vector256.Create(Rebias)).AsUInt32();
        var special = Vector256.GreaterThanOrEqual(magnitude.AsInt32(), Vector256.Create((int)Special)).AsUInt32() & Vector256.Create(Special | Ones);
        return (value | special | ((bits << 16) & Vector256.Create(Sign))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* source)
    {
        var bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16());
        var magnitude = (bits << 13) & Vector128.Create(Magnitude);
        var value = (magnitude.AsSingle() * Vector128.Create(Rebias)).AsUInt32();
        var special = Vector128.GreaterThanOrEqual(magnitude.AsInt32(), Vector128.Create((int)Special)).AsUInt32() & Vector128.Create(Special | Ones);
        return (value | special | ((bits << 16) & Vector128.Create(Sign))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source)
    {
        uint bits = *(ushort*)source;
        var magnitude = (bits << 13) & Magnitude;
        var value = BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(magnitude) * Rebias);
        value |= magnitude >= Special ? Special | Ones : 0;
        return BitConverter.UInt32BitsToSingle(value | ((bits << 16) & Sign));
    }
}
