using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Makes an <see cref="ElementLayout"/>: axes are given outermost first, and neighbors that lie like one in every tensor become one.</summary>
internal ref struct ElementAxes(Span<ElementAxis> axes)
{
    private readonly Span<ElementAxis> _axes = axes;
    private int _count;

    /// <summary>Elements of all axes.</summary>
    public long Count { get; private set; } = 1;

    /// <summary>Tensors that are broadcast to a shape, as kernels of element-wise functions walk them.</summary>
    public static ElementLayout Of(in Shape shape, Tensor x, Tensor? y, Tensor? z, Tensor output)
    {
        var axes = new ElementAxes(stackalloc ElementAxis[Shape.MaxRank]);
        for (var i = 0; i < shape.Rank; i++)
        {
            axes.Add(new ElementAxis
            {
                Size = shape[i], X = Stride(x, i, shape.Rank), Y = Stride(y, i, shape.Rank), Z = Stride(z, i, shape.Rank), Output = Stride(output, i, shape.Rank),
            });
        }

        return axes.Layout();
    }

    /// <summary>What a step along an axis of a shape is in a tensor that is broadcast to it.</summary>
    public static long Stride(Tensor? tensor, int axis, int rank)
    {
        var own = tensor is null ? -1 : axis - (rank - tensor.Shape.Rank);
        return own < 0 || tensor!.Shape[own] == 1 ? 0 : tensor.Strides[own];
    }

    /// <summary>Adds the next axis, inside of those before.</summary>
    public void Add(in ElementAxis axis)
    {
        Count *= axis.Size;
        if (axis.Size == 1)
        {
            return;
        }

        if (_count > 0)
        {
            ref var outer = ref _axes[_count - 1];
            if (outer.X == axis.X * axis.Size && outer.Y == axis.Y * axis.Size && outer.Z == axis.Z * axis.Size && outer.Output == axis.Output * axis.Size)
            {
                outer = axis with { Size = outer.Size * axis.Size };
                return;
            }
        }

        _axes[_count++] = axis;
    }

    /// <summary>The layout of all axes that were added.</summary>
    public readonly ElementLayout Layout()
    {
        var layout = new ElementLayout { Inner = Math.Max(0, _count - 1) };
        for (var i = 0; i < _count; i++)
        {
            switch (i == 0 ? -1 : _count - 1 - i)
            {
                case -1:
                    layout.Outermost = _axes[i];
                    break;
                case 0:
                    layout.First = _axes[i];
                    break;
                case 1:
                    layout.Second = _axes[i];
                    break;
                case 2:
                    layout.Third = _axes[i];
                    break;
                case 3:
                    layout.Fourth = _axes[i];
                    break;
                default:
                    layout.Fifth = _axes[i];
                    break;
            }
        }

        return layout;
    }
}
