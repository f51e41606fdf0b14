using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Causal attention with grouped key-value heads over ragged sequences, with or without a cache of earlier keys: softmax of the visible scores while they are
/// made (Dao et al., FlashAttention), so memory is linear in the length. See README.md of the folder.
/// </summary>
public static unsafe partial class FlashAttention
{
    private const string Operation = nameof(FlashAttention);

    /// <summary>
    /// <c>output[t, h] = Σ_j softmax_j(q[t, h] · k[j, h'] / √P) v[j, h']</c> over the visible keys j of the same sequence, <c>h' = h · Hkv / Hq</c>. Afterwards
    /// the new keys and values are appended to the caches.
    /// </summary>
    /// <param name="query">[T, Hq, P], float32 or float64 (plain form), innermost axis dense.</param>
    /// <param name="key">[T, Hkv, P], same type, innermost axis dense.</param>
    /// <param name="value">[T, Hkv, P], same type, innermost axis dense.</param>
    /// <param name="offsets">Borders of the sequences; they end at T.</param>
    /// <param name="window">W: key j is visible to query i iff 0 &lt;= i - j &lt;= W; null: all j &lt;= i.</param>
    /// <param name="caches">Empty, or one for each sequence, of the same heads, type and window.</param>
    /// <param name="output">[T, Hq, P], dense.</param>
    /// <param name="logSumExp">[T, Hq], dense: the log of the sum of the scaled scores' exponentials, which the backward pass needs; or null.</param>
    /// <exception cref="ShapeMismatchException">A shape does not fit the others.</exception>
    /// <exception cref="DTypeMismatchException">Types differ or are not float32 or float64.</exception>
    /// <exception cref="ArgumentException">Strides, offsets, window or caches do not fit.</exception>
    public static void Forward(
        Tensor query,
        Tensor key,
        Tensor value,
        SequenceOffsets offsets,
        int? window,
        ReadOnlySpan<KvCache> caches,
        Tensor output,
        Tensor? logSumExp)
    {
        Check(query, key, value, offsets, window, caches, output, logSumExp);
        if (query.ElementCount > 0)
        {
            if (query.Device is CudaDevice device)
            {
                OnGpu(device, query, key, value, offsets, window, caches, output, logSumExp);
            }
            else if (query.DType == DType.Float64)
            {
                RunDouble(Problem<double>(query, key, value, window, output, logSumExp), offsets, caches, WorkersOf(query));
            }
            else
            {
                var problem = Problem<float>(query, key, value, window, output, logSumExp);
                switch (SimdWidth.Current)
                {
                    case 16:
                        Run<Simd512, Vector512<float>>(problem, offsets, caches, WorkersOf(query));
                        break;
                    case 8:
                        Run<Simd256, Vector256<float>>(problem, offsets, caches, WorkersOf(query));
                        break;
                    case 4:
                        Run<Simd128, Vector128<float>>(problem, offsets, caches, WorkersOf(query));
                        break;
                    default:
                        Run<SimdScalar, float>(problem, offsets, caches, WorkersOf(query));
                        break;
                }
            }
        }

        KvCache.Append(caches, offsets, key, value);
    }

    private static void Run<TSimd, TVector>(in AttentionProblem<float> problem, SequenceOffsets offsets, ReadOnlySpan<KvCache> caches, WorkerPool workers)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var plan = AttentionPlan<float>.Create(problem, offsets, caches);
        var stride = AttentionPartials.StrideOf(problem.HeadSize);
        using var memory = ScratchBuffer.Rent((nint)plan.Partials * stride);
        var partials = new AttentionPartials { Memory = memory.Floats, Stride = stride };
        var kernel = new AttentionKernel<TSimd, TVector> { Problem = problem, Plan = plan, Partials = partials };
        workers.For(plan.Items, ref kernel);
        if (plan.Partials > 0)
        {
            var combine = new CombineKernel<TSimd, TVector> { Problem = problem, Plan = plan, Partials = partials };
            workers.For(plan.Count * problem.QueryHeads, ref combine, minimumPart: 64);
        }
    }

    private static void RunDouble(in AttentionProblem<double> problem, SequenceOffsets offsets, ReadOnlySpan<KvCache> caches, WorkerPool workers)
    {
        var plan = AttentionPlan<double>.Create(problem, offsets, caches);
        var kernel = new AttentionDoubleKernel { Problem = problem, Plan = plan };
        workers.For(plan.Count * problem.QueryHeads, ref kernel);
    }

    private static WorkerPool WorkersOf(Tensor tensor) => ((CpuDevice)tensor.Device).Workers;

    private static AttentionProblem<T> Problem<T>(Tensor query, Tensor key, Tensor value, int? window, Tensor output, Tensor? logSumExp)
        where T : unmanaged => new()
        {
            Query = query.PointerOf<T>(),
            QueryTokenStride = (nint)query.Strides[0],
            QueryHeadStride = (nint)query.Strides[1],
            Key = key.PointerOf<T>(),
            KeyTokenStride = (nint)key.Strides[0],
            KeyHeadStride = (nint)key.Strides[1],
            Value = value.PointerOf<T>(),
            ValueTokenStride = (nint)value.Strides[0],
            ValueHeadStride = (nint)value.Strides[1],
            Output = output.PointerOf<T>(),
            LogSumExp = logSumExp is null ? null : logSumExp.PointerOf<T>(),
            QueryHeads = (int)query.Shape[1],
            KeyValueHeads = (int)key.Shape[1],
            HeadSize = (int)query.Shape[2],
            Window = window ?? int.MaxValue,
        };

    /// <summary>What the arguments of a forward and of a backward pass must be like.</summary>
    internal static void Check(
        Tensor query, Tensor key, Tensor value, SequenceOffsets offsets, int? window, ReadOnlySpan<KvCache> caches, Tensor output, Tensor? logSumExp)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(window ?? 0, nameof(window));
        if (query.DType is not (DType.Float32 or DType.Float64))
        {
            Throw.DTypeMismatch(Operation, nameof(query), "F32 or F64", query.DType.Name());
        }

        if (query.Shape.Rank != 3 || query.Shape[1] == 0 || query.Shape[2] == 0)
        {
            Throw.ShapeMismatch(Operation, nameof(query), "[T, Hq, P] with Hq, P > 0", query.Shape.ToString());
        }

        var (tokens, queryHeads, headSize) = (query.Shape[0], query.Shape[1], query.Shape[2]);
        if (key.Shape.Rank != 3 || key.Shape[1] == 0)
        {
            Throw.ShapeMismatch(Operation, nameof(key), $"[{tokens}, Hkv, {headSize}] with Hkv > 0", key.Shape.ToString());
        }

        var keyShape = new Shape(tokens, key.Shape[1], headSize);
        CheckInput(key, nameof(key), keyShape, query.DType);
        CheckInput(value, nameof(value), keyShape, query.DType);
        CheckInput(query, nameof(query), query.Shape, query.DType);
        CheckOutput(output, nameof(output), query.Shape, query.DType);
        if (logSumExp is not null)
        {
            CheckOutput(logSumExp, nameof(logSumExp), new Shape(tokens, queryHeads), query.DType);
        }

        if (offsets.TokenCount != tokens)
        {
            throw new ArgumentException($"{Operation}: offsets end at {offsets.TokenCount}, but there are {tokens} tokens", nameof(offsets));
        }

        if (!caches.IsEmpty)
        {
            CheckCaches(caches, offsets.Count, key, window);
        }
    }

    private static void CheckInput(Tensor tensor, string name, Shape shape, DType dtype)
    {
        if (tensor.Shape != shape)
        {
            Throw.ShapeMismatch(Operation, name, shape.ToString(), tensor.Shape.ToString());
        }

        if (tensor.DType != dtype)
        {
            Throw.DTypeMismatch(Operation, name, dtype.Name(), tensor.DType.Name());
        }

        if (shape[2] != 1 && tensor.Strides[2] != 1)
        {
            throw new ArgumentException($"{Operation}: {name}: expected a dense innermost axis, found strides {tensor.Strides}", name);
        }
    }

    private static void CheckOutput(Tensor tensor, string name, Shape shape, DType dtype)
    {
        if (tensor.Shape != shape)
        {
            Throw.ShapeMismatch(Operation, name, shape.ToString(), tensor.Shape.ToString());
        }

        if (tensor.DType != dtype)
        {
            Throw.DTypeMismatch(Operation, name, dtype.Name(), tensor.DType.Name());
        }

        if (!tensor.IsContiguous)
        {
            throw new ArgumentException($"{Operation}: {name}: expected a dense tensor, found strides {tensor.Strides}", name);
        }
    }

    private static void CheckCaches(ReadOnlySpan<KvCache> caches, int sequences, Tensor key, int? window)
    {
        if (caches.Length != sequences)
        {
            throw new ArgumentException($"{Operation}: caches: expected none or {sequences}, one for each sequence, found {caches.Length}", nameof(caches));
        }

        foreach (var cache in caches)
        {
            ArgumentNullException.ThrowIfNull(cache, nameof(caches));
            if (cache.KeyValueHeads != key.Shape[1] || cache.HeadSize != key.Shape[2] || cache.Window != window || cache.DType != key.DType)
            {
                static string Text(long heads, long size, int? window, DType dtype) => $"{heads} heads of {size} {dtype.Name()}, window {window?.ToString() ?? "none"}";
                throw new ArgumentException(
                    $"{Operation}: caches: expected {Text(key.Shape[1], key.Shape[2], window, key.DType)}, found {Text(cache.KeyValueHeads, cache.HeadSize, cache.Window, cache.DType)}",
                    nameof(caches));
            }
        }
    }
}
