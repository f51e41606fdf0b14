using System.Globalization;
using System.Runtime.InteropServices;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>One argument of a launch, as the machine takes it (bytes) and as LAUNCH.json names it.</summary>
internal abstract record CudaArgument
{
    internal static CudaBuffer<T> Buffer<T>(params T[] values)
        where T : unmanaged => new(values);

    internal static CudaScalar Of(int value) => new(MemoryMarshal.AsBytes([value]).ToArray(), "i32", value.ToString(CultureInfo.InvariantCulture));

    internal static CudaScalar Of(long value) => new(MemoryMarshal.AsBytes([value]).ToArray(), "i64", value.ToString(CultureInfo.InvariantCulture));

    internal static CudaScalar Of(float value) => new(MemoryMarshal.AsBytes([value]).ToArray(), "f32", value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Any structure by value.</summary>
    internal static CudaScalar Bytes(params byte[] bytes) => new(bytes, "u8", $"[{string.Join(',', bytes)}]");
}

/// <summary>A value.</summary>
internal sealed record CudaScalar(byte[] Content, string JsonKind, string JsonValue) : CudaArgument;

/// <summary>A tensor map by value, over an array that is no argument of its own.</summary>
/// <param name="Buffer">The array.</param>
/// <param name="Type">The element's number in cuda.h.</param>
/// <param name="Dimensions">Elements, the contiguous dimension first.</param>
/// <param name="Strides">Bytes, from the second dimension on.</param>
/// <param name="Box">Elements that one copy takes.</param>
internal sealed record CudaTensorMap(CudaBuffer Buffer, int Type, ulong[] Dimensions, ulong[] Strides, uint[] Box) : CudaArgument
{
    internal TensorMap Encode(ulong address) => TensorMap.Create(Type, address, Dimensions, Strides, Box, [.. Box.Select(static _ => 1u)]);
}

/// <summary>An array in global memory: what the kernel finds, then what it left.</summary>
internal abstract record CudaBuffer : CudaArgument
{
    /// <summary>The type in a .npy file.</summary>
    internal abstract string NpyType { get; }

    internal abstract int Count { get; }

    internal abstract Span<byte> Content { get; }
}

/// <summary>An array of <typeparamref name="T"/> in global memory.</summary>
internal sealed record CudaBuffer<T>(T[] Values) : CudaBuffer
    where T : unmanaged
{
    internal override string NpyType => default(T) switch
    {
        float => "<f4",
        double => "<f8",
        Half => "<f2",
        byte => "|u1",
        sbyte => "|i1",
        ushort => "<u2",
        short => "<i2",
        uint => "<u4",
        int => "<i4",
        ulong => "<u8",
        long => "<i8",
        _ => throw new NotSupportedException($"a buffer of {typeof(T).Name}"),
    };

    internal override int Count => Values.Length;

    internal override Span<byte> Content => MemoryMarshal.AsBytes(Values.AsSpan());
}
