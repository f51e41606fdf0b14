using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>One head's part of dB and dC in one chunk: each [rows of the chunk, N filled up to panels of 32].</summary>
internal unsafe struct MapGradients
{
    internal float* Input;
    internal float* Output;
    internal int Stride;

    /// <summary>Floats of a (head, chunk).</summary>
    internal static int Floats(in ScanProblem<float> problem) => 2 * ChunkOperands.RowsOf(problem.Chunk) * StrideOf(problem);

    internal static MapGradients At(in ScanProblem<float> problem, float* memory) => new()
    {
        Input = memory,
        Output = memory + (ChunkOperands.RowsOf(problem.Chunk) * StrideOf(problem)),
        Stride = StrideOf(problem),
    };

    private static int StrideOf(in ScanProblem<float> problem) => AdjointOperands.Panels(problem) * TileProduct.Columns;
}

/// <summary>Adds the parts of a batch of heads to dB and dC, head by head: an item is a chunk.</summary>
internal unsafe struct MapGradientsKernel<TSimd, TVector> : IRangeKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    internal ScanBackwardProblem<float> Problem;
    internal ScanPlan<float> Plan;

    /// <summary>[heads of the batch, chunks].</summary>
    internal float* Parts;
    internal int FirstHead;
    internal int HeadCount;

    public readonly void Run(int begin, int end, int worker)
    {
        var floats = MapGradients.Floats(Problem.Forward);
        for (var chunk = begin; chunk < end; chunk++)
        {
            ref readonly var sequence = ref Plan.Sequences[Plan.SequenceOfChunk(chunk)];
            var first = (chunk - sequence.FirstChunk) * Problem.Forward.Chunk;
            var length = Math.Min(Problem.Forward.Chunk, sequence.Length - first);
            for (var head = 0; head < HeadCount; head++)
            {
                var part = MapGradients.At(Problem.Forward, Parts + ((((nint)head * Plan.Chunks) + chunk) * floats));
                for (var t = 0; t < length; t++)
                {
                    var token = sequence.FirstToken + first + t;
                    var begins = FirstHead + head == 0;
                    Add(part.Input + (t * part.Stride), Problem.BGradient + (token * Problem.BGradientStride), Problem.Forward.StateSize, begins);
                    Add(part.Output + (t * part.Stride), Problem.CGradient + (token * Problem.CGradientStride), Problem.Forward.StateSize, begins);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* part, float* sum, int count, bool begins)
    {
        var i = 0;
        for (; i + TSimd.Count <= count; i += TSimd.Count)
        {
            TSimd.Store(begins ? TSimd.Load(part + i) : TSimd.Add(TSimd.Load(sum + i), TSimd.Load(part + i)), sum + i);
        }

        for (; i < count; i++)
        {
            sum[i] = begins ? part[i] : sum[i] + part[i];
        }
    }
}
