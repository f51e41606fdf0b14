using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace PlamoNative.Engine;

/// <summary>Sizes of a tensor's axes, outermost first; also used for strides (in elements). At most six axes, kept inline: no allocation.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The most axes that a shape can have.</summary>
    public const int MaxRank = 6;

    private readonly Sizes _sizes;

    /// <summary>Creates a shape.</summary>
    /// <param name="sizes">Axis sizes, outermost first; none makes a scalar.</param>
    /// <exception cref="ArgumentException">There are more than six axes.</exception>
    public Shape(params ReadOnlySpan<long> sizes)
    {
        if (sizes.Length > MaxRank)
        {
            throw new ArgumentException($"a shape has at most {MaxRank} axes, not {sizes.Length}", nameof(sizes));
        }

        Rank = sizes.Length;
        sizes.CopyTo(_sizes);
    }

    /// <summary>Number of axes.</summary>
    public int Rank { get; }

    /// <summary>The size of an axis, <c>^1</c> being the innermost.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public long this[Index axis]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var i = axis.GetOffset(Rank);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Rank, nameof(axis));
            return _sizes[i];
        }
    }

    /// <summary>Product of the sizes; 1 for a scalar.</summary>
    /// <exception cref="OverflowException">The product does not fit in 64 bits.</exception>
    public long ElementCount
    {
        get
        {
            var count = 1L;
            for (var i = 0; i < Rank; i++)
            {
                count = checked(count * _sizes[i]);
            }

            return count;
        }
    }

    /// <summary>The axis sizes as a span over this value.</summary>
    [UnscopedRef]
    public ReadOnlySpan<long> Span => ((ReadOnlySpan<long>)_sizes)[..Rank];

    /// <summary>Equal ranks and sizes.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Unequal ranks or sizes.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The strides, in elements, of a dense row-major tensor of this shape.</summary>
    public Shape RowMajorStrides()
    {
        Span<long> strides = stackalloc long[MaxRank];
        var step = 1L;
        for (var i = Rank - 1; i >= 0; i--)
        {
            strides[i] = step;
            step = checked(step * Math.Max(1, _sizes[i]));
        }

        return new Shape(strides[..Rank]);
    }

    /// <summary>This shape with one axis of another size.</summary>
    public Shape With(int axis, long size)
    {
        Span<long> sizes = stackalloc long[MaxRank];
        Span.CopyTo(sizes);
        sizes[..Rank][axis] = size;
        return new Shape(sizes[..Rank]);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var size in Span)
        {
            hash.Add(size);
        }

        return hash.ToHashCode();
    }

    /// <summary>The sizes in brackets: <c>[512, 2048]</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("[");
        for (var i = 0; i < Rank; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(_sizes[i].ToString(CultureInfo.InvariantCulture));
        }

        return text.Append(']').ToString();
    }

    [InlineArray(MaxRank)]
    private struct Sizes
    {
        private long _first;
    }
}
