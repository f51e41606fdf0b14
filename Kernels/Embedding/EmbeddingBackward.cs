using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The gradient of the embedding: <c>tableGradient[tokens[t]] += outputGradient[t]</c>.</summary>
public static partial class EmbeddingBackward
{
    /// <summary>Runs the operator.</summary>
    /// <param name="tokens">T rows of the table; any may come more than once.</param>
    /// <param name="outputGradient">[T, D]; rows may be strided.</param>
    /// <param name="tableGradient">[V, D], dense; added to.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token is outside of the table.</exception>
    public static unsafe void Run(ReadOnlySpan<int> tokens, Tensor outputGradient, Tensor tableGradient)
    {
        const string Name = nameof(EmbeddingBackward);
        OperatorChecks.Activation(Name, nameof(tableGradient), tableGradient);
        OperatorChecks.Rank(Name, nameof(tableGradient), tableGradient, 2);
        OperatorChecks.Dense(Name, nameof(tableGradient), tableGradient, tableGradient.Shape, tableGradient.DType);
        OperatorChecks.Activation(Name, nameof(outputGradient), outputGradient, new Shape(tokens.Length, tableGradient.Shape[1]), tableGradient.DType);
        OperatorChecks.Rows(nameof(tokens), tokens, tableGradient.Shape[0]);
        if (tableGradient.Device is CudaDevice device)
        {
            OnGpu(device, tokens, outputGradient, tableGradient);
            return;
        }

        var workers = OperatorChecks.Workers(Name, tableGradient);
        fixed (int* rows = tokens)
        {
            var kernel = new Kernel { Rows = rows, Count = tokens.Length, Source = new RowView(outputGradient), Table = new RowView(tableGradient) };
            var blocks = (kernel.Table.Width + Kernel.BlockSize - 1) / Kernel.BlockSize;
            SimdKernelRunner.Run(workers, kernel, tableGradient.DType, blocks, (long)tokens.Length * Math.Min(Kernel.BlockSize, kernel.Table.Width));
        }
    }

    /// <summary>
    /// An item is a block of columns: it goes through all tokens in order, so every element has one owner and one order, and nothing needs sorting.
    /// </summary>
    private unsafe struct Kernel : ISimdKernel
    {
        public const int BlockSize = 64;

        public int* Rows;
        public int Count;
        public RowView Source;
        public RowView Table;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var first = begin * BlockSize;
            var last = Math.Min(end * BlockSize, Table.Width);
            for (var token = 0; token < Count; token++)
            {
                var from = (float*)Source.Row(token);
                var to = (float*)Table.Row(Rows[token]);
                var i = first;
                for (; i <= last - TSimd.Count; i += TSimd.Count)
                {
                    TSimd.Store(TSimd.Add(TSimd.Load(to + i), TSimd.Load(from + i)), to + i);
                }

                for (; i < last; i++)
                {
                    to[i] += from[i];
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            var last = Math.Min(end * BlockSize, Table.Width);
            for (var token = 0; token < Count; token++)
            {
                var from = (double*)Source.Row(token);
                var to = (double*)Table.Row(Rows[token]);
                for (var i = begin * BlockSize; i < last; i++)
                {
                    to[i] += from[i];
                }
            }
        }
    }
}
