using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

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

/// <summary>
/// f16 weights without infinities and NaNs (<see cref="Float16Scan"/> tells): the sign travels with the other bits and nothing needs a repair. Same values
/// as <see cref="Float16Element"/>, half the instructions.
/// </summary>
internal readonly unsafe struct FiniteFloat16Element : IWeightElement
{
    private const float Rebias = 5.192296858534828e33f; // 2^112
    private const int SignAndMagnitude = unchecked((int)0x8FFFE000);

    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source)
    {
        var bits = Vector512.WidenLower(Vector256.Load((short*)source).ToVector512Unsafe());
        return ((bits << 13) & Vector512.Create(SignAndMagnitude)).AsSingle() * Vector512.Create(Rebias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source)
    {
        var bits = Vector256.WidenLower(Vector128.Load((short*)source).ToVector256Unsafe());
        return ((bits << 13) & Vector256.Create(SignAndMagnitude)).AsSingle() * Vector256.Create(Rebias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* source)
    {
        var bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsInt16());
        return ((bits << 13) & Vector128.Create(SignAndMagnitude)).AsSingle() * Vector128.Create(Rebias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => Float16Element.Load(source);
}
