using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>The elementwise ends of the scan's backward pass: rows come in from their tensors to panels of 32 of P, and gradients go out.</summary>
internal static unsafe class ScanBackwardRows
{
    private const int Columns = TileProduct.Columns;

    /// <summary>x, Δ x, and what of it is left at the chunk's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void LoadInputs<TSimd, TVector>(
        in ScanProblem<float> problem, int head, int token, int length, in ChunkDecays decays, in ScanBackwardScratch memory)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var t = 0; t < length; t++)
        {
            var row = problem.XRow(token + t, head);
            var (delta, exit) = (TSimd.Create(decays.Delta[t]), TSimd.Create(decays.ToExit[t]));
            for (var panel = 0; panel < memory.Panels; panel++)
            {
                var at = ((panel * memory.Stride) + t) * Columns;
                var from = Whole(row, panel, problem.HeadSize, memory.Lanes);
                for (var i = 0; i < Columns; i += TSimd.Count)
                {
                    var x = TSimd.Load(from + i);
                    var input = TSimd.Multiply(x, delta);
                    TSimd.Store(x, memory.X + at + i);
                    TSimd.Store(input, memory.Inputs + at + i);
                    TSimd.Store(TSimd.Multiply(input, exit), memory.Faded + at + i);
                }
            }
        }
    }

    /// <summary>G = dy SiLU(z), dy SiLU'(z), what of G reaches the chunk's begin, and the slope of the softplus.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void LoadGradients<TSimd, TVector>(
        in ScanBackwardProblem<float> problem, int head, int token, int length, in ChunkDecays decays, in ScanBackwardScratch memory)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var one = TSimd.Create(1f);
        for (var t = 0; t < length; t++)
        {
            var gradientRow = problem.OutputGradient.Row(token + t, head);
            var gateRow = problem.Forward.ZRow(token + t, head);
            var entry = TSimd.Create(decays.FromEntry[t]);
            for (var panel = 0; panel < memory.Panels; panel++)
            {
                var at = ((panel * memory.Stride) + t) * Columns;
                var gradients = Whole(gradientRow, panel, problem.Forward.HeadSize, memory.Lanes);
                var gates = Whole(gateRow, panel, problem.Forward.HeadSize, memory.Lanes + Columns);
                for (var i = 0; i < Columns; i += TSimd.Count)
                {
                    // SiLU'(z) = σ(z) (1 + z (1 - σ(z))).
                    var (gradient, z) = (TSimd.Load(gradients + i), TSimd.Load(gates + i));
                    var sigmoid = SimdMath.Sigmoid<TSimd, TVector>(z);
                    var gated = TSimd.Multiply(gradient, TSimd.Multiply(z, sigmoid));
                    var slope = TSimd.Multiply(sigmoid, TSimd.Fma(z, TSimd.Subtract(one, sigmoid), one));
                    TSimd.Store(gated, memory.Gated + at + i);
                    TSimd.Store(TSimd.Multiply(gradient, slope), memory.GateSlopes + at + i);
                    TSimd.Store(TSimd.Multiply(gated, entry), memory.Faded + at + i);
                }
            }
        }

        var dt = problem.Forward.Dt + (token * problem.Forward.DtTokenStride) + head;
        for (var t = 0; t < memory.Stride; t++)
        {
            memory.StepSlopes[t] = dt[Math.Min(t, length - 1) * problem.Forward.DtTokenStride] + problem.Forward.DtBias[head];
        }

        for (var t = 0; t < memory.Stride; t += TSimd.Count)
        {
            TSimd.Store(SimdMath.Sigmoid<TSimd, TVector>(TSimd.Load(memory.StepSlopes + t)), memory.StepSlopes + t);
        }
    }

    /// <summary>dz = dy (Y + D x) SiLU'(z).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void StoreGate<TSimd, TVector>(in ScanBackwardProblem<float> problem, int head, int token, int length, in ScanBackwardScratch memory)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var skip = TSimd.Create(problem.Forward.D[head]);
        for (var t = 0; t < length; t++)
        {
            var row = problem.ZGradient.Row(token + t, head);
            for (var panel = 0; panel < memory.Panels; panel++)
            {
                var at = ((panel * memory.Stride) + t) * Columns;
                var valid = Math.Min(Columns, problem.Forward.HeadSize - (panel * Columns));
                var to = valid == Columns ? row + (panel * Columns) : memory.Lanes;
                for (var i = 0; i < Columns; i += TSimd.Count)
                {
                    var output = TSimd.Fma(skip, TSimd.Load(memory.X + at + i), TSimd.Load(memory.Output + at + i));
                    TSimd.Store(TSimd.Multiply(TSimd.Load(memory.GateSlopes + at + i), output), to + i);
                }

                PutBack(to, row, panel, valid);
            }
        }
    }

    /// <summary>dx = Δ d(Δ x) + D G.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void StoreInputs<TSimd, TVector>(
        in ScanBackwardProblem<float> problem, int head, int token, int length, in ChunkDecays decays, in ScanBackwardScratch memory)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var skip = TSimd.Create(problem.Forward.D[head]);
        for (var t = 0; t < length; t++)
        {
            var row = problem.XGradient.Row(token + t, head);
            var delta = TSimd.Create(decays.Delta[t]);
            for (var panel = 0; panel < memory.Panels; panel++)
            {
                var at = ((panel * memory.Stride) + t) * Columns;
                var valid = Math.Min(Columns, problem.Forward.HeadSize - (panel * Columns));
                var to = valid == Columns ? row + (panel * Columns) : memory.Lanes;
                for (var i = 0; i < Columns; i += TSimd.Count)
                {
                    var input = TSimd.Multiply(delta, TSimd.Load(memory.InputGradient + at + i));
                    TSimd.Store(TSimd.Fma(skip, TSimd.Load(memory.Gated + at + i), input), to + i);
                }

                PutBack(to, row, panel, valid);
            }
        }
    }

    /// <summary>d dt = (A da + x · d(Δ x)) σ(dt + bias), and what the tokens add to the sums.</summary>
    internal static void StoreSteps(
        in ScanBackwardProblem<float> problem, int head, int token, int length, in ChunkDecays decays, in ScanBackwardScratch memory, double* sums)
    {
        var a = -DoubleMath.Exp(problem.Forward.ALog[head]);
        for (var t = 0; t < length; t++)
        {
            var decay = memory.DecayGradient[t];
            var step = ((a * decay) + memory.StepDots[t]) * memory.StepSlopes[t];
            problem.DtGradient[((token + t) * problem.DtGradientStride) + head] = (float)step;
            sums[0] += decays.Delta[t] * decay;
            sums[1] += step;
            sums[2] += memory.SkipDots[t];
        }
    }

    /// <summary>A panel of a row; where the row ends inside, a copy filled up with zeros.</summary>
    private static float* Whole(float* row, int panel, int count, float* spare)
    {
        var valid = count - (panel * Columns);
        if (valid >= Columns)
        {
            return row + (panel * Columns);
        }

        new Span<float>(spare, Columns).Clear();
        new ReadOnlySpan<float>(row + (panel * Columns), valid).CopyTo(new Span<float>(spare, valid));
        return spare;
    }

    private static void PutBack(float* values, float* row, int panel, int valid)
    {
        if (valid < Columns)
        {
            new ReadOnlySpan<float>(values, valid).CopyTo(new Span<float>(row + (panel * Columns), valid));
        }
    }
}
