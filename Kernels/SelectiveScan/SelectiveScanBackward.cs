using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The backward pass of <see cref="SelectiveScan"/> in chunks: states are kept one a chunk of the heads at work, never one a token. See README.md of the folder.
/// </summary>
public static unsafe partial class SelectiveScanBackward
{
    private const string Operation = nameof(SelectiveScanBackward);

    /// <summary>Gradients of all inputs of <see cref="SelectiveScan.Forward"/>; formulas in README.md. What stood in the gradients is overwritten.</summary>
    /// <param name="x">[T, H, P], float32 or float64 (plain form), innermost axis dense; so are the types and strides of all others.</param>
    /// <param name="z">[T, H, P].</param>
    /// <param name="dt">[T, H].</param>
    /// <param name="dtBias">[H].</param>
    /// <param name="aLog">[H].</param>
    /// <param name="b">[T, N].</param>
    /// <param name="c">[T, N].</param>
    /// <param name="d">[H].</param>
    /// <param name="offsets">Borders of the sequences; they end at T.</param>
    /// <param name="chunkSize">The most tokens of a chunk, as in the forward pass.</param>
    /// <param name="initialStates">[sequences, H, P, N], dense: the states before the first tokens; null: zeros.</param>
    /// <param name="outputGradient">[T, H, P].</param>
    /// <param name="finalStateGradients">[sequences, H, P, N], dense: of the states after the last tokens; null: zeros.</param>
    /// <param name="gradients">Where the results go.</param>
    /// <exception cref="ShapeMismatchException">A shape does not fit the others.</exception>
    /// <exception cref="DTypeMismatchException">Types differ or are not float32 or float64.</exception>
    /// <exception cref="ArgumentException">Offsets do not fit.</exception>
    public static void Run(
        Tensor x,
        Tensor z,
        Tensor dt,
        Tensor dtBias,
        Tensor aLog,
        Tensor b,
        Tensor c,
        Tensor d,
        SequenceOffsets offsets,
        int chunkSize,
        Tensor? initialStates,
        Tensor outputGradient,
        Tensor? finalStateGradients,
        in SelectiveScanGradients gradients)
    {
        SelectiveScan.CheckInputs(x, z, dt, dtBias, aLog, b, c, d, offsets, chunkSize);
        Check(x, dt, dtBias, b, offsets, initialStates, outputGradient, finalStateGradients, gradients);
        if (x.Device is CudaDevice device)
        {
            OnGpu(device, x, z, dt, dtBias, aLog, b, c, d, offsets, chunkSize, initialStates, outputGradient, finalStateGradients, gradients);
            return;
        }

        var workers = OperatorChecks.Workers(Operation, x);
        using var sums = ScratchBuffer.Rent((nint)2 * Math.Max(1, offsets.Count) * (nint)x.Shape[1] * ScanBackwardProblem<float>.Sums);
        if (x.DType == DType.Float64)
        {
            var forward = SelectiveScan.Problem<double>(x, z, dt, dtBias, aLog, b, c, d, chunkSize, null);
            var problem = ScanBackwardProblem<double>.Of(forward, initialStates, outputGradient, finalStateGradients, gradients);
            problem.HeadSums = (double*)sums.Floats;
            var plan = ScanPlan<double>.Create(offsets, forward.Chunk, [], alwaysChunked: true);
            var kernel = new ScanBackwardDoubleKernel { Problem = problem, Plan = plan };
            workers.For(offsets.Count, ref kernel);
            SumHeads(problem, offsets.Count, gradients);
            return;
        }

        var singleForward = SelectiveScan.Problem<float>(x, z, dt, dtBias, aLog, b, c, d, chunkSize, null);
        var single = ScanBackwardProblem<float>.Of(singleForward, initialStates, outputGradient, finalStateGradients, gradients);
        single.HeadSums = (double*)sums.Floats;
        var singlePlan = ScanPlan<float>.Create(offsets, singleForward.Chunk, [], alwaysChunked: true);
        switch (SimdWidth.Current)
        {
            case 16:
                Run<Simd512, Vector512<float>>(single, singlePlan, workers);
                break;
            case 8:
                Run<Simd256, Vector256<float>>(single, singlePlan, workers);
                break;
            case 4:
                Run<Simd128, Vector128<float>>(single, singlePlan, workers);
                break;
            default:
                Run<SimdScalar, float>(single, singlePlan, workers);
                break;
        }

        SumHeads(single, offsets.Count, gradients);
    }

    private static void Run<TSimd, TVector>(in ScanBackwardProblem<float> problem, in ScanPlan<float> plan, WorkerPool workers)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var forward = problem.Forward;
        using var chunks = ScratchBuffer.Rent((nint)plan.Chunks * ChunkOperands.Floats(forward));
        using var maps = ScratchBuffer.Rent((nint)plan.Chunks * AdjointOperands.Floats(forward));
        if (plan.Chunks > 0)
        {
            var operands = new ChunkOperandsKernel<TSimd, TVector> { Problem = forward, Plan = plan, Memory = chunks.Floats };
            workers.For(plan.Chunks, ref operands);
            var adjoints = new AdjointOperandsKernel { Problem = forward, Plan = plan, Memory = maps.Floats };
            workers.For(plan.Chunks, ref adjoints);
        }

        // Heads go in batches, large enough for all threads, so that their parts of dB and dC need little memory. The sum over heads is one chain over
        // all of them whatever the batch.
        var batch = Math.Clamp(((4 * workers.ThreadCount) + plan.Count - 1) / Math.Max(1, plan.Count), 1, forward.Heads);
        var floats = MapGradients.Floats(forward);
        using var parts = ScratchBuffer.Rent((nint)batch * plan.Chunks * floats);
        for (var head = 0; head < forward.Heads; head += batch)
        {
            var count = Math.Min(batch, forward.Heads - head);
            var kernel = new ScanBackwardKernel<TSimd, TVector> { Problem = problem, Plan = plan, Chunks = chunks.Floats, Maps = maps.Floats, Parts = parts.Floats };
            (kernel.FirstHead, kernel.HeadCount) = (head, count);
            workers.For(plan.Count * count, ref kernel);
            var sum = new MapGradientsKernel<TSimd, TVector> { Problem = problem, Plan = plan, Parts = parts.Floats, FirstHead = head, HeadCount = count };
            workers.For(plan.Chunks, ref sum);
        }
    }

    /// <summary>Gradients of dtBias, aLog and d: sums over sequences in order.</summary>
    private static void SumHeads<T>(in ScanBackwardProblem<T> problem, int sequences, in SelectiveScanGradients gradients)
        where T : unmanaged
    {
        for (var head = 0; head < problem.Forward.Heads; head++)
        {
            var (decay, bias, skip) = (0.0, 0.0, 0.0);
            for (var s = 0; s < sequences; s++)
            {
                var sums = problem.SumsOf(s, head);
                (decay, bias, skip) = (decay + sums[0], bias + sums[1], skip + sums[2]);
            }

            if (typeof(T) == typeof(double))
            {
                gradients.ALog.PointerOf<double>()[head] = decay * -DoubleMath.Exp(((double*)problem.Forward.ALog)[head]);
                gradients.DtBias.PointerOf<double>()[head] = bias;
                gradients.D.PointerOf<double>()[head] = skip;
            }
            else
            {
                gradients.ALog.PointerOf<float>()[head] = (float)(decay * -DoubleMath.Exp(((float*)problem.Forward.ALog)[head]));
                gradients.DtBias.PointerOf<float>()[head] = (float)bias;
                gradients.D.PointerOf<float>()[head] = (float)skip;
            }
        }
    }

    private static void Check(
        Tensor x,
        Tensor dt,
        Tensor head,
        Tensor b,
        SequenceOffsets offsets,
        Tensor? initialStates,
        Tensor outputGradient,
        Tensor? finalStateGradients,
        in SelectiveScanGradients gradients)
    {
        var states = new Shape(offsets.Count, x.Shape[1], x.Shape[2], b.Shape[1]);
        OperatorChecks.Activation(Operation, nameof(outputGradient), outputGradient, x.Shape, x.DType);
        OperatorChecks.Activation(Operation, "gradients.X", gradients.X, x.Shape, x.DType);
        OperatorChecks.Activation(Operation, "gradients.Z", gradients.Z, x.Shape, x.DType);
        OperatorChecks.Activation(Operation, "gradients.Dt", gradients.Dt, dt.Shape, x.DType);
        OperatorChecks.Activation(Operation, "gradients.DtBias", gradients.DtBias, head.Shape, x.DType);
        OperatorChecks.Activation(Operation, "gradients.ALog", gradients.ALog, head.Shape, x.DType);
        OperatorChecks.Activation(Operation, "gradients.B", gradients.B, b.Shape, x.DType);
        OperatorChecks.Activation(Operation, "gradients.C", gradients.C, b.Shape, x.DType);
        OperatorChecks.Activation(Operation, "gradients.D", gradients.D, head.Shape, x.DType);
        CheckStates(nameof(initialStates), initialStates, states, x.DType);
        CheckStates(nameof(finalStateGradients), finalStateGradients, states, x.DType);
        CheckStates("gradients.InitialStates", gradients.InitialStates, states, x.DType);
    }

    private static void CheckStates(string name, Tensor? tensor, Shape shape, DType dtype)
    {
        if (tensor is not null)
        {
            OperatorChecks.Dense(Operation, name, tensor, shape, dtype);
        }
    }
}
