using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// A tensor map of our own: what the emulated cuTensorMapEncodeTiled writes into the 128 opaque bytes and TMA instructions read. The limits are those
/// of cuda.h's description of cuTensorMapEncodeTiled.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = SizeBytes)]
public struct TensorMap
{
    /// <summary>Bytes of a CUtensorMap.</summary>
    public const int SizeBytes = 128;

    private const ulong Magic = 0x3150414D54504E50;

    private ulong _magic;

    /// <summary>Address of element 0.</summary>
    public ulong Address { get; private set; }

    private Five<ulong> _dimensions;
    private Five<ulong> _strides;
    private Five<ushort> _box;
    private Five<byte> _elementStrides;

    /// <summary>Element type.</summary>
    public TensorMapType Type { get; private set; }

    /// <summary>Dimensions, 1 to 5; 0 is the contiguous one.</summary>
    public byte Rank { get; private set; }

    /// <summary>Permutation of 16-byte pieces in shared memory.</summary>
    public SharedSwizzle Swizzle { get; private set; }

    /// <summary>Whether elements outside are loaded as NaN, not zero.</summary>
    public bool FillsNaN { get; private set; }

    /// <summary>Elements of a dimension in global memory.</summary>
    public readonly ulong Dimension(int d) => _dimensions[d];

    /// <summary>Bytes from one index of a dimension to the next in global memory.</summary>
    public readonly ulong Stride(int d) => d == 0 ? (ulong)Type.Bytes() : _strides[d];

    /// <summary>Indexes between two elements that a box takes along a dimension.</summary>
    public readonly int ElementStride(int d) => d == 0 ? 1 : _elementStrides[d];

    /// <summary>Elements of a box along a dimension, in shared memory.</summary>
    public readonly int Box(int d) => (_box[d] + ElementStride(d) - 1) / ElementStride(d);

    /// <summary>Bytes of a box in shared memory, which is also what complete-tx counts, elements outside included.</summary>
    public readonly int BoxBytes
    {
        get
        {
            var bytes = Type.Bytes();
            for (var d = 0; d < Rank; d++)
            {
                bytes *= Box(d);
            }

            return bytes;
        }
    }

    /// <summary>The arguments of cuTensorMapEncodeTiled, checked. L2 promotion has no effect here and is only checked.</summary>
    /// <exception cref="PtxRuleException">
    /// The driver would refuse them, or no data at hand describes the layout (interleaved, or an inner box shorter than its swizzle).
    /// </exception>
    public static TensorMap Create(
        int type, ulong address, ReadOnlySpan<ulong> dimensions, ReadOnlySpan<ulong> strides, ReadOnlySpan<uint> box, ReadOnlySpan<uint> elementStrides,
        int interleave = 0, int swizzle = 0, int promotion = 0, int fill = 0)
    {
        TensorMapLimits.Check(type, address, dimensions, strides, box, elementStrides, interleave, swizzle, promotion, fill);
        var map = new TensorMap
        {
            _magic = Magic, Address = address, Type = (TensorMapType)type, Rank = (byte)dimensions.Length, Swizzle = (SharedSwizzle)swizzle, FillsNaN = fill != 0,
        };
        for (var d = 0; d < dimensions.Length; d++)
        {
            (map._dimensions[d], map._box[d], map._elementStrides[d]) = (dimensions[d], (ushort)box[d], (byte)elementStrides[d]);
            map._strides[d] = d == 0 ? 0 : strides[d - 1];
        }

        return map;
    }

    /// <summary>Reads the bytes that a kernel was given.</summary>
    /// <exception cref="PtxRuleException">They are no tensor map of this emulator.</exception>
    public static TensorMap Read(ReadOnlySpan<byte> bytes)
    {
        var map = bytes.Length >= SizeBytes ? MemoryMarshal.Read<TensorMap>(bytes) : default;
        return map._magic == Magic && map.Rank is >= 1 and <= 5
            ? map
            : throw new PtxRuleException("these 128 bytes are no tensor map: encode one with the emulated driver");
    }

    /// <summary>Writes the 128 bytes.</summary>
    public readonly void Write(Span<byte> bytes) => MemoryMarshal.Write(bytes, this);

    [InlineArray(5)]
    private struct Five<T>
        where T : unmanaged
    {
        private T _first;
    }
}
