using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>
/// Which elements of a stored tensor a view names: <see cref="Rows"/> runs of <see cref="Width"/> neighbours, a run every <see cref="Stride"/> elements, the first
/// at <see cref="Start"/>. All that models cut out of a joint projection has this form, so it is known at once whether two views meet and whether several of them
/// cover everything; what has another form (<see cref="IsRegular"/> is false) is treated as if it met everything.
/// </summary>
internal readonly record struct GradientRegion(long Start, long Rows, long Stride, long Width)
{
    internal bool IsRegular => Rows > 0;

    /// <summary>The region of a view that begins <paramref name="start"/> elements into a dense tensor of <paramref name="count"/> elements.</summary>
    internal static GradientRegion Of(long start, Shape shape, Shape strides, long count)
    {
        Span<(long Size, long Stride)> axes = stackalloc (long, long)[Shape.MaxRank];
        var rank = 0;
        for (var i = 0; i < shape.Rank; i++)
        {
            if (shape[i] != 1)
            {
                axes[rank++] = (shape[i], strides[i]);
            }
        }

        // The same elements in another order are the same region.
        axes[..rank].Sort(static (left, right) => right.Stride.CompareTo(left.Stride));
        var merged = 0;
        for (var i = 0; i < rank; i++)
        {
            if (merged > 0 && axes[merged - 1].Stride == axes[i].Stride * axes[i].Size)
            {
                axes[merged - 1] = (axes[merged - 1].Size * axes[i].Size, axes[i].Stride);
            }
            else
            {
                axes[merged++] = axes[i];
            }
        }

        var region = merged switch
        {
            0 => new GradientRegion(start, 1, count, 1),
            1 when axes[0].Stride == 1 => new GradientRegion(start, 1, count, axes[0].Size),
            1 => new GradientRegion(start, axes[0].Size, axes[0].Stride, 1),
            2 when axes[1].Stride == 1 => new GradientRegion(start, axes[0].Size, axes[0].Stride, axes[1].Size),
            _ => default,
        };
        return region.Start + region.Width <= region.Stride ? region : default;
    }

    /// <summary>Whether no element is in both, as far as their forms tell.</summary>
    internal bool IsApartFrom(GradientRegion other) =>
        IsRegular && other.IsRegular && Rows == other.Rows && Stride == other.Stride && (Start + Width <= other.Start || other.Start + other.Width <= Start);
}
