using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Eight consecutive values of a matrix's row, in registers.</summary>
internal struct Float8(Float4 low, Float4 high)
{
    public Float4 Low = low;
    public Float4 High = high;
}

/// <summary>How a GPU kernel reads a matrix as it is stored: eight neighbours of a row at a time, widened to float32 exactly.</summary>
/// <typeparam name="T">The unit that strides and addresses count: float, 16 bits, or 32 bits.</typeparam>
internal interface IStoredRows<T>
    where T : unmanaged
{
    /// <summary>Values <paramref name="first"/> to <paramref name="first"/> + 7 of a row; 0 from the <paramref name="valid"/>th on.</summary>
    /// <param name="values">The matrix.</param>
    /// <param name="row">Where the row begins, in units.</param>
    /// <param name="first">A multiple of 8 along the row.</param>
    /// <param name="valid">Values that exist from there on; may be more than 8, or below 1. Block types have all or none.</param>
    /// <param name="isAligned">Whether every eighth value lies where its 16-byte loads need it.</param>
    static abstract Float8 Eight(ArrayView<T> values, long row, int first, int valid, bool isAligned);
}

/// <summary>float32 rows.</summary>
internal readonly struct FloatRows : IStoredRows<float>
{
    /// <inheritdoc/>
    public static Float8 Eight(ArrayView<float> values, long row, int first, int valid, bool isAligned)
    {
        var place = row + first;
        if (isAligned && valid >= 8)
        {
            var quads = values.Cast<Float4>();
            return new Float8(quads[place >> 2], quads[(place >> 2) + 1]);
        }

        return new Float8(
            new Float4(At(values, place, 0, valid), At(values, place, 1, valid), At(values, place, 2, valid), At(values, place, 3, valid)),
            new Float4(At(values, place, 4, valid), At(values, place, 5, valid), At(values, place, 6, valid), At(values, place, 7, valid)));
    }

    private static float At(ArrayView<float> values, long place, int i, int valid) => i < valid ? values[place + i] : 0f;
}

/// <summary>bf16 rows: a shift.</summary>
internal readonly struct BFloat16Rows : IStoredRows<ushort>
{
    /// <inheritdoc/>
    public static Float8 Eight(ArrayView<ushort> values, long row, int first, int valid, bool isAligned)
    {
        var place = row + first;
        if (isAligned && valid >= 8)
        {
            var pairs = values.Cast<UInt4>()[place >> 3];
            return new Float8(
                new Float4(Conversions.Bf16Low(pairs.X), Conversions.Bf16High(pairs.X), Conversions.Bf16Low(pairs.Y), Conversions.Bf16High(pairs.Y)),
                new Float4(Conversions.Bf16Low(pairs.Z), Conversions.Bf16High(pairs.Z), Conversions.Bf16Low(pairs.W), Conversions.Bf16High(pairs.W)));
        }

        return new Float8(
            new Float4(At(values, place, 0, valid), At(values, place, 1, valid), At(values, place, 2, valid), At(values, place, 3, valid)),
            new Float4(At(values, place, 4, valid), At(values, place, 5, valid), At(values, place, 6, valid), At(values, place, 7, valid)));
    }

    private static float At(ArrayView<ushort> values, long place, int i, int valid) => i < valid ? Conversions.Bf16ToFloat(values[place + i]) : 0f;
}

/// <summary>f16 rows: one conversion a value.</summary>
internal readonly struct HalfRows : IStoredRows<ushort>
{
    /// <inheritdoc/>
    public static Float8 Eight(ArrayView<ushort> values, long row, int first, int valid, bool isAligned)
    {
        var place = row + first;
        if (isAligned && valid >= 8)
        {
            var pairs = values.Cast<UInt4>()[place >> 3];
            return new Float8(
                new Float4(Conversions.HalfLow(pairs.X), Conversions.HalfHigh(pairs.X), Conversions.HalfLow(pairs.Y), Conversions.HalfHigh(pairs.Y)),
                new Float4(Conversions.HalfLow(pairs.Z), Conversions.HalfHigh(pairs.Z), Conversions.HalfLow(pairs.W), Conversions.HalfHigh(pairs.W)));
        }

        return new Float8(
            new Float4(At(values, place, 0, valid), At(values, place, 1, valid), At(values, place, 2, valid), At(values, place, 3, valid)),
            new Float4(At(values, place, 4, valid), At(values, place, 5, valid), At(values, place, 6, valid), At(values, place, 7, valid)));
    }

    private static float At(ArrayView<ushort> values, long place, int i, int valid) => i < valid ? Conversions.HalfToFloat(values[place + i]) : 0f;
}
