using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// output[i] (+)= f(x[i], y[i], z[i]) over the output's elements, the inputs broadcast and strided as they like. An item is a block of
/// <see cref="BlockSize"/> elements in row-major order, so shapes with short rows are as fast as others. Deterministic: no element depends on another.
/// </summary>
internal unsafe struct PointwiseKernel<TOperator> : ISimdKernel
    where TOperator : struct, IPointwiseOperator
{
    /// <summary>Elements of an item.</summary>
    public const int BlockSize = 1024;

    private TOperator _operator;
    private StridedElements _x;
    private StridedElements _y;
    private StridedElements _z;
    private StridedElements _output;
    private long _count;
    private bool _accumulate;

    /// <summary>Runs the operator; types and shapes have been checked, and an output that is also an input is the same view.</summary>
    /// <param name="function">The operator.</param>
    /// <param name="x">First input.</param>
    /// <param name="y">Second input.</param>
    /// <param name="z">Third input.</param>
    /// <param name="output">What is written.</param>
    /// <param name="accumulate">Add to what the output holds.</param>
    /// <param name="first">The operator's first constant, for the kernel of a GPU.</param>
    /// <param name="second">The operator's second constant, for the kernel of a GPU.</param>
    public static void Run(TOperator function, Tensor x, Tensor? y, Tensor? z, Tensor output, bool accumulate, double first = 0, double second = 0)
    {
        if (output.Device is CudaDevice device)
        {
            PointwiseLaunch.Run<TOperator>(device, x, y, z, output, accumulate, first, second);
            return;
        }

        var shape = output.Shape;
        var kernel = new PointwiseKernel<TOperator> { _operator = function, _x = new StridedElements(x, shape), _count = output.ElementCount, _accumulate = accumulate };
        kernel._y = y is null ? kernel._x : new StridedElements(y, shape);
        kernel._z = z is null ? kernel._x : new StridedElements(z, shape);
        kernel._output = new StridedElements(output);
        var workers = OperatorChecks.Workers(nameof(Pointwise), output);
        SimdKernelRunner.Run(workers, kernel, output.DType, (kernel._count + BlockSize - 1) / BlockSize, TOperator.Cost * Math.Min(BlockSize, kernel._count));

        // The kernel knows addresses only: a constant that nobody else holds would be collected under it.
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        GC.KeepAlive(z);
        GC.KeepAlive(output);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var scratch = stackalloc float[4 * BlockSize];
        for (var item = begin; item < end; item++)
        {
            var first = (long)item * BlockSize;
            var count = (int)Math.Min(BlockSize, _count - first);
            var (x, y, z, output) = Operands(first, count, scratch);
            var i = 0;
            for (; i <= count - TSimd.Count; i += TSimd.Count)
            {
                var value = _operator.Invoke<TSimd, TVector>(TSimd.Load(x + i), TSimd.Load(y + i), TSimd.Load(z + i));
                TSimd.Store(_accumulate ? TSimd.Add(TSimd.Load(output + i), value) : value, output + i);
            }

            for (; i < count; i++)
            {
                var value = _operator.Invoke<SimdScalar, float>(x[i], y[i], z[i]);
                output[i] = _accumulate ? output[i] + value : value;
            }

            Keep(first, count, output, scratch);
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void RunDouble(int begin, int end)
    {
        var scratch = stackalloc double[4 * BlockSize];
        for (var item = begin; item < end; item++)
        {
            var first = (long)item * BlockSize;
            var count = (int)Math.Min(BlockSize, _count - first);
            var (x, y, z, output) = Operands(first, count, scratch);
            for (var i = 0; i < count; i++)
            {
                var value = _operator.Invoke(x[i], y[i], z[i]);
                output[i] = _accumulate ? output[i] + value : value;
            }

            Keep(first, count, output, scratch);
        }
    }

    private Pointers<T> Operands<T>(long first, int count, T* scratch)
        where T : unmanaged
    {
        var x = _x.Read(first, count, scratch);
        var y = TOperator.Inputs > 1 ? _y.Read(first, count, scratch + BlockSize) : x;
        var z = TOperator.Inputs > 2 ? _z.Read(first, count, scratch + (2 * BlockSize)) : x;
        var last = scratch + (3 * BlockSize);
        return new Pointers<T> { X = x, Y = y, Z = z, Output = _accumulate ? _output.Read(first, count, last) : _output.Target(first, count, last) };
    }

    private void Keep<T>(long first, int count, T* output, T* scratch)
        where T : unmanaged
    {
        if (output == scratch + (3 * BlockSize))
        {
            _output.Write(first, count, output);
        }
    }

    private ref struct Pointers<T>
        where T : unmanaged
    {
        public T* X;
        public T* Y;
        public T* Z;
        public T* Output;

        public readonly void Deconstruct(out T* x, out T* y, out T* z, out T* output)
        {
            x = X;
            y = Y;
            z = Z;
            output = Output;
        }
    }
}
