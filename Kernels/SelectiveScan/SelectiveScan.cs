using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The selective scan of Mamba-2 with one group: chunked (state-space duality) for prompts and training, token by token for decoding, over ragged sequences.
/// See README.md of the folder.
/// </summary>
public static unsafe partial class SelectiveScan
{
    private const string Operation = nameof(SelectiveScan);

    /// <summary>
    /// With Δ = softplus(dt + dtBias) and A = -exp(aLog), for each head: <c>S_t = exp(Δ A) S_{t-1} + Δ x ⊗ B</c>, <c>output_t = (S_t C + D x) SiLU(z)</c>.
    /// </summary>
    /// <param name="x">[T, H, P], float32 or float64 (plain form), innermost axis dense; so are the types and strides of all others.</param>
    /// <param name="z">Gate, [T, H, P].</param>
    /// <param name="dt">[T, H]. Δ is not clamped.</param>
    /// <param name="dtBias">[H].</param>
    /// <param name="aLog">[H].</param>
    /// <param name="b">[T, N].</param>
    /// <param name="c">[T, N].</param>
    /// <param name="d">[H].</param>
    /// <param name="offsets">Borders of the sequences; they end at T.</param>
    /// <param name="chunkSize">The most tokens of a chunk; the processor's form uses at most 32, results differ only by rounding.</param>
    /// <param name="states">Empty: every sequence begins at zero and keeps nothing. Else one [H, P, N] for each, read and advanced.</param>
    /// <param name="output">[T, H, P], dense.</param>
    /// <exception cref="ShapeMismatchException">A shape does not fit the others.</exception>
    /// <exception cref="DTypeMismatchException">Types differ or are not float32 or float64.</exception>
    /// <exception cref="ArgumentException">Strides, offsets or states do not fit.</exception>
    public static void Forward(
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
        ReadOnlySpan<SsmState> states,
        Tensor output)
    {
        Check(x, z, dt, dtBias, aLog, b, c, d, offsets, chunkSize, states, output);
        if (x.ElementCount == 0)
        {
            return;
        }

        if (x.Device is CudaDevice device)
        {
            OnGpu(device, x, z, dt, dtBias, aLog, b, c, d, offsets, chunkSize, states, output);
            return;
        }

        var workers = ((CpuDevice)x.Device).Workers;
        if (x.DType == DType.Float64)
        {
            var problem = Problem<double>(x, z, dt, dtBias, aLog, b, c, d, chunkSize, output);
            var kernel = new ScanDoubleKernel { Problem = problem, Plan = ScanPlan<double>.Create(offsets, problem.Chunk, states) };
            workers.For(offsets.Count * problem.Heads, ref kernel);
            return;
        }

        var single = Problem<float>(x, z, dt, dtBias, aLog, b, c, d, chunkSize, output);
        var plan = ScanPlan<float>.Create(offsets, single.Chunk, states);
        switch (SimdWidth.Current)
        {
            case 16:
                Run<Simd512, Vector512<float>>(single, plan, workers);
                break;
            case 8:
                Run<Simd256, Vector256<float>>(single, plan, workers);
                break;
            case 4:
                Run<Simd128, Vector128<float>>(single, plan, workers);
                break;
            default:
                Run<SimdScalar, float>(single, plan, workers);
                break;
        }
    }

    private static void Run<TSimd, TVector>(in ScanProblem<float> problem, in ScanPlan<float> plan, WorkerPool workers)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        using var chunks = ScratchBuffer.Rent((nint)plan.Chunks * ChunkOperands.Floats(problem));
        if (plan.Chunks > 0)
        {
            var operands = new ChunkOperandsKernel<TSimd, TVector> { Problem = problem, Plan = plan, Memory = chunks.Floats };
            workers.For(plan.Chunks, ref operands);
        }

        var kernel = new ScanKernel<TSimd, TVector> { Problem = problem, Plan = plan, Chunks = chunks.Floats };
        workers.For(plan.Count * problem.Heads, ref kernel);
    }

    /// <summary>The raw form of a call; a backward pass has no output.</summary>
    internal static ScanProblem<T> Problem<T>(
        Tensor x, Tensor z, Tensor dt, Tensor dtBias, Tensor aLog, Tensor b, Tensor c, Tensor d, int chunkSize, Tensor? output)
        where T : unmanaged => new()
        {
            X = x.PointerOf<T>(),
            XTokenStride = (nint)x.Strides[0],
            XHeadStride = (nint)x.Strides[1],
            Z = z.PointerOf<T>(),
            ZTokenStride = (nint)z.Strides[0],
            ZHeadStride = (nint)z.Strides[1],
            Dt = dt.PointerOf<T>(),
            DtTokenStride = (nint)dt.Strides[0],
            B = b.PointerOf<T>(),
            BTokenStride = (nint)b.Strides[0],
            C = c.PointerOf<T>(),
            CTokenStride = (nint)c.Strides[0],
            DtBias = dtBias.PointerOf<T>(),
            ALog = aLog.PointerOf<T>(),
            D = d.PointerOf<T>(),
            Output = output is null ? null : output.PointerOf<T>(),
            Heads = (int)x.Shape[1],
            HeadSize = (int)x.Shape[2],
            StateSize = (int)b.Shape[1],
            Chunk = SelectiveScanSchedule.Chunk(chunkSize),
        };

    private static void Check(
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
        ReadOnlySpan<SsmState> states,
        Tensor output)
    {
        CheckInputs(x, z, dt, dtBias, aLog, b, c, d, offsets, chunkSize);
        CheckInput(output, nameof(output), x.Shape, x.DType);
        if (!output.IsContiguous)
        {
            throw new ArgumentException($"{Operation}: output: expected a dense tensor, found strides {output.Strides}", nameof(output));
        }

        if (!states.IsEmpty && states.Length != offsets.Count)
        {
            throw new ArgumentException($"{Operation}: states: expected none or {offsets.Count}, one for each sequence, found {states.Length}", nameof(states));
        }

        foreach (var state in states)
        {
            ArgumentNullException.ThrowIfNull(state, nameof(states));
            CheckInput(state.Values, nameof(states), new Shape(x.Shape[1], x.Shape[2], b.Shape[1]), x.DType);
        }
    }

    /// <summary>What the inputs of a forward and of a backward pass must be like.</summary>
    internal static void CheckInputs(
        Tensor x, Tensor z, Tensor dt, Tensor dtBias, Tensor aLog, Tensor b, Tensor c, Tensor d, SequenceOffsets offsets, int chunkSize)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkSize);
        if (x.DType is not (DType.Float32 or DType.Float64))
        {
            Throw.DTypeMismatch(Operation, nameof(x), "F32 or F64", x.DType.Name());
        }

        if (x.Shape.Rank != 3 || x.Shape[1] == 0 || x.Shape[2] == 0)
        {
            Throw.ShapeMismatch(Operation, nameof(x), "[T, H, P] with H, P > 0", x.Shape.ToString());
        }

        var (tokens, heads, headSize) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        if (b.Shape.Rank != 2 || b.Shape[1] == 0)
        {
            Throw.ShapeMismatch(Operation, nameof(b), $"[{tokens}, N] with N > 0", b.Shape.ToString());
        }

        var stateSize = b.Shape[1];
        CheckInput(x, nameof(x), x.Shape, x.DType);
        CheckInput(z, nameof(z), x.Shape, x.DType);
        CheckInput(dt, nameof(dt), new Shape(tokens, heads), x.DType);
        CheckInput(dtBias, nameof(dtBias), new Shape(heads), x.DType);
        CheckInput(aLog, nameof(aLog), new Shape(heads), x.DType);
        CheckInput(b, nameof(b), new Shape(tokens, stateSize), x.DType);
        CheckInput(c, nameof(c), new Shape(tokens, stateSize), x.DType);
        CheckInput(d, nameof(d), new Shape(heads), x.DType);
        if (offsets.TokenCount != tokens)
        {
            throw new ArgumentException($"{Operation}: offsets end at {offsets.TokenCount}, but there are {tokens} tokens", nameof(offsets));
        }
    }

    private static void CheckInput(Tensor tensor, string name, Shape shape, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.Shape != shape)
        {
            Throw.ShapeMismatch(Operation, name, shape.ToString(), tensor.Shape.ToString());
        }

        if (tensor.DType != dtype)
        {
            Throw.DTypeMismatch(Operation, name, dtype.Name(), tensor.DType.Name());
        }

        if (shape[^1] != 1 && tensor.Strides[^1] != 1)
        {
            throw new ArgumentException($"{Operation}: {name}: expected a dense innermost axis, found strides {tensor.Strides}", name);
        }
    }
}
