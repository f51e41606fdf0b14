using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// A tensor's elements, numbered row-major over a shape that it has or is broadcast to: kernels ask for a run of numbers and get dense memory, the tensor's own
/// where the run lies dense in it, otherwise a gathered copy. So no kernel knows of strides.
/// </summary>
internal unsafe struct StridedElements
{
    private byte* _pointer;
    private int _axes;
    private fixed long _sizes[Shape.MaxRank];
    private fixed long _strides[Shape.MaxRank];

    /// <summary>The elements of a tensor in its own order.</summary>
    public StridedElements(Tensor tensor)
        : this(tensor.Pointer, tensor.Shape.Span, tensor.Strides.Span)
    {
    }

    /// <summary>The elements of a tensor that is broadcast to a shape, which the caller has checked.</summary>
    public StridedElements(Tensor tensor, in Shape shape)
    {
        Span<long> strides = stackalloc long[Shape.MaxRank];
        var added = shape.Rank - tensor.Shape.Rank;
        strides[..added].Clear();
        for (var i = 0; i < tensor.Shape.Rank; i++)
        {
            strides[i + added] = tensor.Shape[i] == 1 ? 0 : tensor.Strides[i];
        }

        this = new StridedElements(tensor.Pointer, shape.Span, strides);
    }

    /// <summary>Elements at given strides; neighbouring axes that lie like one are made one.</summary>
    public StridedElements(byte* pointer, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides)
    {
        _pointer = pointer;
        for (var i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] == 1)
            {
                continue;
            }

            if (_axes > 0 && _strides[_axes - 1] == strides[i] * sizes[i])
            {
                _sizes[_axes - 1] *= sizes[i];
                _strides[_axes - 1] = strides[i];
            }
            else
            {
                _sizes[_axes] = sizes[i];
                _strides[_axes++] = strides[i];
            }
        }

        if (_axes == 0)
        {
            (_sizes[0], _strides[0], _axes) = (1, 1, 1);
        }
    }

    /// <summary>The address of one element.</summary>
    public readonly T* At<T>(long index)
        where T : unmanaged
    {
        var offset = 0L;
        for (var axis = _axes - 1; axis >= 0; axis--)
        {
            (index, var coordinate) = Math.DivRem(index, _sizes[axis]);
            offset += coordinate * _strides[axis];
        }

        return (T*)_pointer + offset;
    }

    /// <summary>The elements [first, first + count): their own memory, or <paramref name="scratch"/> filled with them.</summary>
    public T* Read<T>(long first, int count, T* scratch)
        where T : unmanaged
    {
        var own = Own<T>(first, count);
        if (own != null)
        {
            return own;
        }

        Copy<T, Gathering>(first, count, scratch);
        return scratch;
    }

    /// <summary>Where to write the elements: their own memory, or <paramref name="scratch"/>, which <see cref="Write"/> then takes.</summary>
    public T* Target<T>(long first, int count, T* scratch)
        where T : unmanaged
    {
        var own = Own<T>(first, count);
        return own != null ? own : scratch;
    }

    /// <summary>Copies <paramref name="values"/> to the elements.</summary>
    public void Write<T>(long first, int count, T* values)
        where T : unmanaged => Copy<T, Scattering>(first, count, values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T* Own<T>(long first, int count)
        where T : unmanaged
    {
        var inner = _axes - 1;
        if (_strides[inner] != 1)
        {
            return null;
        }

        if (inner == 0)
        {
            return (T*)_pointer + first;
        }

        return (first % _sizes[inner]) + count <= _sizes[inner] ? At<T>(first) : null;
    }

    /// <summary>Walks the elements row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy<T, TDirection>(long first, int count, T* dense)
        where T : unmanaged
        where TDirection : struct, IDirection
    {
        var coordinates = stackalloc long[Shape.MaxRank];
        var offset = 0L;
        for (var axis = _axes - 1; axis >= 0; axis--)
        {
            (first, coordinates[axis]) = Math.DivRem(first, _sizes[axis]);
            offset += coordinates[axis] * _strides[axis];
        }

        var inner = _axes - 1;
        while (true)
        {
            var run = (int)Math.Min(count, _sizes[inner] - coordinates[inner]);
            TDirection.Row((T*)_pointer + offset, _strides[inner], dense, run);
            count -= run;
            if (count == 0)
            {
                return;
            }

            dense += run;
            offset -= coordinates[inner] * _strides[inner];
            coordinates[inner] = 0;
            for (var axis = inner - 1; axis >= 0; axis--)
            {
                offset += _strides[axis];
                if (++coordinates[axis] < _sizes[axis])
                {
                    break;
                }

                offset -= _sizes[axis] * _strides[axis];
                coordinates[axis] = 0;
            }
        }
    }

    private interface IDirection
    {
        static abstract void Row<T>(T* strided, long stride, T* dense, int count)
            where T : unmanaged;
    }

    private readonly struct Gathering : IDirection
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Row<T>(T* strided, long stride, T* dense, int count)
            where T : unmanaged
        {
            if (stride == 0)
            {
                new Span<T>(dense, count).Fill(*strided);
                return;
            }

            for (var i = 0; i < count; i++)
            {
                dense[i] = strided[i * stride];
            }
        }
    }

    private readonly struct Scattering : IDirection
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Row<T>(T* strided, long stride, T* dense, int count)
            where T : unmanaged
        {
            for (var i = 0; i < count; i++)
            {
                strided[i * stride] = dense[i];
            }
        }
    }
}
