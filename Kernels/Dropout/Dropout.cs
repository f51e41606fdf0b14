using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Dropout: y = keep · x / (1 - p), element by element. Which elements stay is a pure function of (seed, key, element's number), so no mask is stored: the
/// backward pass is the same call on the gradient.
/// </summary>
/// <remarks>
/// Element e, counted row-major over the shape whatever the strides, stays iff word e mod 4 of block ⌊e / 4⌋ of <see cref="Philox"/>(seed, key) is at least
/// p · 2³². The words are integers, so the mask is the same on every machine.
/// </remarks>
public static partial class Dropout
{
    // Ten rounds of Philox for four elements: an element costs about as much as twelve additions.
    private const int CostOfElement = 12;

    /// <summary>Runs the operator, forward on activations or backward on their gradient.</summary>
    /// <param name="input">Any shape, float32 or float64; rows dense.</param>
    /// <param name="probability">p, the probability that an element is dropped, in [0, 1); 0 copies.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="key">Which mask: unique for a step, a micro-batch and a place in the model.</param>
    /// <param name="output">As the input, rows dense; may be the input itself.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1).</exception>
    public static unsafe void Apply(Tensor input, double probability, ulong seed, ulong key, Tensor output)
    {
        OperatorChecks.Activation(nameof(Dropout), nameof(input), input);
        OperatorChecks.Activation(nameof(Dropout), nameof(output), output, input.Shape, input.DType);
        if (!(probability is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "the probability of dropout is in [0, 1)");
        }

        if (output.Device is CudaDevice device)
        {
            OnGpu(device, input, probability, seed, key, output);
            return;
        }

        var kernel = new Kernel
        {
            Input = new RowView(input), Output = new RowView(output), Random = new Philox(seed, key), Threshold = (uint)(probability * 4294967296.0),
            Scale = 1 / (1 - probability),
        };
        var items = kernel.Output.Width == 0 ? 0 : kernel.Output.Rows * kernel.Blocks;
        SimdKernelRunner.Run(
            OperatorChecks.Workers(nameof(Dropout), output), kernel, input.DType, items, CostOfElement * (long)Math.Min(Kernel.BlockSize, kernel.Output.Width));
    }

    /// <summary>An item is a block of a row; no element depends on another. Twin: <c>DropoutReference</c>.</summary>
    private unsafe struct Kernel : ISimdKernel
    {
        public const int BlockSize = 2048;

        public RowView Input;
        public RowView Output;
        public Philox Random;
        public uint Threshold;
        public double Scale;

        public readonly int Blocks => (Output.Width + BlockSize - 1) / BlockSize;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var scale = (float)Scale;
            for (var item = begin; item < end; item++)
            {
                var (row, first, count) = Block(item);
                var input = (float*)Input.Row(row) + first;
                var output = (float*)Output.Row(row) + first;
                var element = (ulong)((row * Output.Width) + first);
                for (var i = 0; i < count;)
                {
                    var (low, high) = Random.Block(element / 4);
                    for (var word = (int)(element % 4); word < 4 && i < count; word++, element++, i++)
                    {
                        output[i] = Keeps(low, high, word) ? input[i] * scale : 0;
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            for (var item = begin; item < end; item++)
            {
                var (row, first, count) = Block(item);
                var input = (double*)Input.Row(row) + first;
                var output = (double*)Output.Row(row) + first;
                var element = (ulong)((row * Output.Width) + first);
                for (var i = 0; i < count;)
                {
                    var (low, high) = Random.Block(element / 4);
                    for (var word = (int)(element % 4); word < 4 && i < count; word++, element++, i++)
                    {
                        output[i] = Keeps(low, high, word) ? input[i] * Scale : 0;
                    }
                }
            }
        }

        private readonly (long Row, int First, int Count) Block(int item)
        {
            var (row, block) = Math.DivRem(item, Blocks);
            var first = block * BlockSize;
            return (row, first, Math.Min(BlockSize, Output.Width - first));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly bool Keeps(ulong low, ulong high, int word) => (uint)((word < 2 ? low : high) >> (32 * (word & 1))) >= Threshold;
    }
}
