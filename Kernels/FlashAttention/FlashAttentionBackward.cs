using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The backward pass of <see cref="FlashAttention"/> without a cache: weights are computed again from the saved log-sum-exp, so memory is linear in the length.
/// See README.md of the folder.
/// </summary>
public static unsafe partial class FlashAttentionBackward
{
    private const string Operation = nameof(FlashAttentionBackward);

    /// <summary>
    /// With <c>P_ij = exp(q_i · k_j / √P - L_i)</c> and <c>δ_i = dO_i · O_i</c>: <c>dV_j = Σ_i P_ij dO_i</c>, <c>dS_ij = P_ij (dO_i · v_j - δ_i)</c>,
    /// <c>dQ_i = Σ_j dS_ij k_j / √P</c>, <c>dK_j = Σ_i dS_ij q_i / √P</c>; sums for a key go over all query heads of its group. Gradients are overwritten.
    /// </summary>
    /// <param name="query">[T, Hq, P], float32 or float64 (plain form), innermost axis dense.</param>
    /// <param name="key">[T, Hkv, P], same type, innermost axis dense.</param>
    /// <param name="value">[T, Hkv, P], same type, innermost axis dense.</param>
    /// <param name="output">[T, Hq, P], dense: what the forward pass gave.</param>
    /// <param name="logSumExp">[T, Hq], dense: what the forward pass gave.</param>
    /// <param name="outputGradient">[T, Hq, P], innermost axis dense.</param>
    /// <param name="offsets">Borders of the sequences; they end at T.</param>
    /// <param name="window">W: key j is visible to query i iff 0 &lt;= i - j &lt;= W; null: all j &lt;= i.</param>
    /// <param name="queryGradient">[T, Hq, P], innermost axis dense.</param>
    /// <param name="keyGradient">[T, Hkv, P], innermost axis dense.</param>
    /// <param name="valueGradient">[T, Hkv, P], innermost axis dense.</param>
    /// <exception cref="ShapeMismatchException">A shape does not fit the others.</exception>
    /// <exception cref="DTypeMismatchException">Types differ or are not float32 or float64.</exception>
    /// <exception cref="ArgumentException">Offsets or window do not fit.</exception>
    public static void Run(
        Tensor query,
        Tensor key,
        Tensor value,
        Tensor output,
        Tensor logSumExp,
        Tensor outputGradient,
        SequenceOffsets offsets,
        int? window,
        Tensor queryGradient,
        Tensor keyGradient,
        Tensor valueGradient)
    {
        FlashAttention.Check(query, key, value, offsets, window, [], output, logSumExp);
        ArgumentNullException.ThrowIfNull(logSumExp);
        OperatorChecks.Activation(Operation, nameof(outputGradient), outputGradient, query.Shape, query.DType);
        OperatorChecks.Activation(Operation, nameof(queryGradient), queryGradient, query.Shape, query.DType);
        OperatorChecks.Activation(Operation, nameof(keyGradient), keyGradient, key.Shape, query.DType);
        OperatorChecks.Activation(Operation, nameof(valueGradient), valueGradient, key.Shape, query.DType);
        if (query.ElementCount == 0)
        {
            return;
        }

        if (query.Device is CudaDevice device)
        {
            OnGpu(device, query, key, value, output, logSumExp, outputGradient, offsets, window, queryGradient, keyGradient, valueGradient);
            return;
        }

        var workers = OperatorChecks.Workers(Operation, query);
        if (query.DType == DType.Float64)
        {
            var problem = Problem<double>(query, key, value, output, logSumExp, outputGradient, window, queryGradient, keyGradient, valueGradient);
            var kernel = new AttentionBackwardDoubleKernel { Problem = problem, Offsets = offsets };
            workers.For(offsets.Count * problem.KeyValueHeads, ref kernel);
            return;
        }

        var single = Problem<float>(query, key, value, output, logSumExp, outputGradient, window, queryGradient, keyGradient, valueGradient);
        switch (SimdWidth.Current)
        {
            case 16:
                Run<Simd512, Vector512<float>>(single, offsets, workers);
                break;
            case 8:
                Run<Simd256, Vector256<float>>(single, offsets, workers);
                break;
            case 4:
                Run<Simd128, Vector128<float>>(single, offsets, workers);
                break;
            default:
                Run<SimdScalar, float>(single, offsets, workers);
                break;
        }
    }

    private static void Run<TSimd, TVector>(in AttentionBackwardProblem<float> problem, SequenceOffsets offsets, WorkerPool workers)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var rows = offsets.TokenCount * problem.QueryHeads;
        using var memory = ScratchBuffer.Rent(rows);
        var deltas = new AttentionDeltaKernel { Problem = problem, Deltas = memory.Floats };
        workers.For(rows, ref deltas, minimumPart: 64);

        var plan = AttentionBackwardPlan.Create(offsets, problem.KeyValueHeads, 1);
        if (FlashAttentionSchedule.IsAtOnce(
            plan.LongestGradient(problem.LargestGroup, PanelLayout.RoundUp(problem.HeadSize, TileProduct.Columns)), offsets.Count * problem.KeyValueHeads, workers.ThreadCount))
        {
            var both = new AttentionBackwardKernel<TSimd, TVector, BothSides> { Problem = problem, Deltas = memory.Floats, Plan = plan };
            workers.For(offsets.Count * problem.KeyValueHeads, ref both);
            return;
        }

        var ofQueries = new AttentionBackwardKernel<TSimd, TVector, QuerySide> { Problem = problem, Deltas = memory.Floats };
        ofQueries.Plan = AttentionBackwardPlan.Create(offsets, problem.KeyValueHeads, problem.LargestGroup);
        workers.For(ofQueries.Plan.Items, ref ofQueries);

        var ofKeys = new AttentionBackwardKernel<TSimd, TVector, KeySide> { Problem = problem, Deltas = memory.Floats };
        ofKeys.Plan = AttentionBackwardPlan.Create(offsets, problem.KeyValueHeads, 1);
        workers.For(ofKeys.Plan.Items, ref ofKeys);
    }

    private static AttentionBackwardProblem<T> Problem<T>(
        Tensor query,
        Tensor key,
        Tensor value,
        Tensor output,
        Tensor logSumExp,
        Tensor outputGradient,
        int? window,
        Tensor queryGradient,
        Tensor keyGradient,
        Tensor valueGradient)
        where T : unmanaged => new()
        {
            Query = HeadRows<T>.Of(query),
            Key = HeadRows<T>.Of(key),
            Value = HeadRows<T>.Of(value),
            Output = HeadRows<T>.Of(output),
            OutputGradient = HeadRows<T>.Of(outputGradient),
            QueryGradient = HeadRows<T>.Of(queryGradient),
            KeyGradient = HeadRows<T>.Of(keyGradient),
            ValueGradient = HeadRows<T>.Of(valueGradient),
            LogSumExp = logSumExp.PointerOf<T>(),
            QueryHeads = (int)query.Shape[1],
            KeyValueHeads = (int)key.Shape[1],
            HeadSize = (int)query.Shape[2],
            Window = window ?? int.MaxValue,
        };
}
