using System.Numerics;
using System.Runtime.Intrinsics;

namespace PlamoNative.PtxEmulator.Execution;

internal readonly struct Add<T> : IBinaryOperation<T>
    where T : IAdditionOperators<T, T, T>
{
    public static bool HasVector => true;

    public static T Invoke(T a, T b) => unchecked(a + b);

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a + b;
}

internal readonly struct Subtract<T> : IBinaryOperation<T>
    where T : ISubtractionOperators<T, T, T>
{
    public static bool HasVector => true;

    public static T Invoke(T a, T b) => unchecked(a - b);

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a - b;
}

internal readonly struct Multiply<T> : IBinaryOperation<T>
    where T : IMultiplyOperators<T, T, T>
{
    public static bool HasVector => true;

    public static T Invoke(T a, T b) => unchecked(a * b);

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a * b;
}

internal readonly struct MultiplyAdd<T> : ITernaryOperation<T>
    where T : IMultiplyOperators<T, T, T>, IAdditionOperators<T, T, T>
{
    public static bool HasVector => true;

    public static T Invoke(T a, T b, T c) => unchecked((a * b) + c);

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b, Vector256<T> c) => (a * b) + c;
}

internal readonly struct And<T> : IBinaryOperation<T>
    where T : IBitwiseOperators<T, T, T>
{
    public static bool HasVector => true;

    public static T Invoke(T a, T b) => a & b;

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a & b;
}

internal readonly struct Or<T> : IBinaryOperation<T>
    where T : IBitwiseOperators<T, T, T>
{
    public static bool HasVector => true;

    public static T Invoke(T a, T b) => a | b;

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a | b;
}

internal readonly struct Xor<T> : IBinaryOperation<T>
    where T : IBitwiseOperators<T, T, T>
{
    public static bool HasVector => true;

    public static T Invoke(T a, T b) => a ^ b;

    public static Vector256<T> Invoke(Vector256<T> a, Vector256<T> b) => a ^ b;
}

internal readonly struct Minimum<T> : IBinaryOperation<T>
    where T : IComparisonOperators<T, T, bool>
{
    public static T Invoke(T a, T b) => b < a ? b : a;
}

internal readonly struct Maximum<T> : IBinaryOperation<T>
    where T : IComparisonOperators<T, T, bool>
{
    public static T Invoke(T a, T b) => b > a ? b : a;
}

internal readonly struct ShiftLeft32 : IBinaryOperation<uint>
{
    public static uint Invoke(uint a, uint b) => Integers.ShiftLeft(a, b);
}

internal readonly struct ShiftRight32 : IBinaryOperation<uint>
{
    public static uint Invoke(uint a, uint b) => Integers.ShiftRight(a, b);
}

/// <summary>
/// Integer instructions that are more than an operator. Rules: PTX ISA; shared with the oracle's scalar cases: shifts clamp at the width where C# masks,
/// a division by zero gives all ones.
/// </summary>
internal static class Integers
{
    internal static ulong WideUnsigned(uint a, uint b) => (ulong)a * b;

    internal static long WideSigned(int a, int b) => (long)a * b;

    internal static uint WideUnsigned16(ushort a, ushort b) => (uint)a * b;

    internal static int WideSigned16(short a, short b) => a * b;

    internal static ulong WideAddUnsigned(uint a, uint b, ulong c) => ((ulong)a * b) + c;

    internal static long WideAddSigned(int a, int b, long c) => ((long)a * b) + c;

    internal static uint WideAddUnsigned16(ushort a, ushort b, uint c) => ((uint)a * b) + c;

    internal static int WideAddSigned16(short a, short b, int c) => (a * b) + c;

    internal static uint HighUnsigned(uint a, uint b) => (uint)(((ulong)a * b) >> 32);

    internal static int HighSigned(int a, int b) => (int)(((long)a * b) >> 32);

    internal static ulong HighUnsigned64(ulong a, ulong b) => Math.BigMul(a, b, out _);

    internal static long HighSigned64(long a, long b) => Math.BigMul(a, b, out _);

    internal static ushort HighUnsigned16(ushort a, ushort b) => (ushort)(((uint)a * b) >> 16);

    internal static short HighSigned16(short a, short b) => (short)((a * b) >> 16);

    internal static uint Divide(uint a, uint b) => b == 0 ? uint.MaxValue : a / b;

    internal static int Divide(int a, int b) => b == 0 ? -1 : b == -1 ? unchecked(-a) : a / b;

    internal static ulong Divide(ulong a, ulong b) => b == 0 ? ulong.MaxValue : a / b;

    internal static long Divide(long a, long b) => b == 0 ? -1 : b == -1 ? unchecked(-a) : a / b;

    internal static ushort Divide(ushort a, ushort b) => b == 0 ? ushort.MaxValue : (ushort)(a / b);

    internal static short Divide(short a, short b) => b == 0 ? (short)-1 : (short)(a / b);

    internal static uint Remainder(uint a, uint b) => b == 0 ? uint.MaxValue : a % b;

    internal static int Remainder(int a, int b) => b == 0 ? -1 : b == -1 ? 0 : a % b;

    internal static ulong Remainder(ulong a, ulong b) => b == 0 ? ulong.MaxValue : a % b;

    internal static long Remainder(long a, long b) => b == 0 ? -1 : b == -1 ? 0 : a % b;

    internal static ushort Remainder(ushort a, ushort b) => b == 0 ? ushort.MaxValue : (ushort)(a % b);

    internal static short Remainder(short a, short b) => b == 0 ? (short)-1 : (short)(a % b);

    internal static uint ShiftLeft(uint a, uint b) => b > 31 ? 0 : a << (int)b;

    internal static ulong ShiftLeft(ulong a, uint b) => b > 63 ? 0 : a << (int)b;

    internal static ushort ShiftLeft(ushort a, uint b) => b > 15 ? (ushort)0 : (ushort)(a << (int)b);

    internal static uint ShiftRight(uint a, uint b) => b > 31 ? 0 : a >> (int)b;

    internal static ulong ShiftRight(ulong a, uint b) => b > 63 ? 0 : a >> (int)b;

    internal static ushort ShiftRight(ushort a, uint b) => b > 15 ? (ushort)0 : (ushort)(a >> (int)b);

    internal static int ShiftRight(int a, uint b) => a >> (int)Math.Min(b, 31);

    internal static long ShiftRight(long a, uint b) => a >> (int)Math.Min(b, 63);

    internal static short ShiftRight(short a, uint b) => (short)(a >> (int)Math.Min(b, 15));

    internal static int Absolute(int a) => a < 0 ? unchecked(-a) : a;

    internal static long Absolute(long a) => a < 0 ? unchecked(-a) : a;

    internal static short Absolute(short a) => a < 0 ? unchecked((short)-a) : a;

    internal static uint Mul24Low(uint a, uint b) => (uint)((ulong)(a & 0xFFFFFF) * (b & 0xFFFFFF));

    internal static uint Mul24High(uint a, uint b) => (uint)(((ulong)(a & 0xFFFFFF) * (b & 0xFFFFFF)) >> 16);

    internal static int Mul24LowSigned(int a, int b) => (int)((long)(a << 8 >> 8) * (b << 8 >> 8));

    internal static int Mul24HighSigned(int a, int b) => (int)(((long)(a << 8 >> 8) * (b << 8 >> 8)) >> 16);

    internal static uint Difference(uint a, uint b, uint c) => c + (a < b ? b - a : a - b);

    internal static int Difference(int a, int b, int c) => unchecked(c + (a < b ? b - a : a - b));

    internal static ulong Difference(ulong a, ulong b, ulong c) => c + (a < b ? b - a : a - b);

    internal static long Difference(long a, long b, long c) => unchecked(c + (a < b ? b - a : a - b));

    internal static ushort Difference(ushort a, ushort b, ushort c) => (ushort)(c + Math.Abs(a - b));

    internal static short Difference(short a, short b, short c) => (short)(c + Math.Abs(a - b));

    internal static int SaturatingAdd(int a, int b) => (int)Math.Clamp((long)a + b, int.MinValue, int.MaxValue);

    internal static int SaturatingSubtract(int a, int b) => (int)Math.Clamp((long)a - b, int.MinValue, int.MaxValue);

    internal static int SaturatingHighAdd(int a, int b, int c) => (int)Math.Clamp((((long)a * b) >> 32) + c, int.MinValue, int.MaxValue);

    internal static uint Cnot(uint a) => a == 0 ? 1u : 0;

    internal static ulong Cnot(ulong a) => a == 0 ? 1u : 0;

    internal static ushort Cnot(ushort a) => a == 0 ? (ushort)1 : (ushort)0;
}
