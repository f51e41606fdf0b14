using PlamoNative.Engine;
using PlamoNative.Tests.References;

namespace PlamoNative.Kernels.Tests;

/// <summary>Inputs of one selective scan, drawn from a seed, as float64 values that float32 holds exactly.</summary>
internal sealed class ScanCase
{
    internal ScanCase(int[] offsets, int heads, int headSize, int stateSize, int seed = 1, double dtLowest = -6, double dtHighest = 3, double aHighest = 64)
    {
        Offsets = offsets;
        var random = new Random(seed);
        var tokens = offsets[^1];
        double Between(double low, double high) => (float)(low + ((high - low) * random.NextDouble()));
        double[] Fill(int count, Func<int, double> value) => Enumerable.Range(0, count).Select(value).ToArray();
        Inputs = new SelectiveScanReference
        {
            Heads = heads,
            HeadSize = headSize,
            StateSize = stateSize,
            X = Fill(tokens * heads * headSize, _ => Between(-1, 1)),
            Z = Fill(tokens * heads * headSize, _ => Between(-3, 3)),
            Dt = Fill(tokens * heads, _ => Between(dtLowest, dtHighest)),
            DtBias = Fill(heads, _ => Between(-1, 0)),
            ALog = Fill(heads, h => (float)(Math.Round(1024 * Math.Log(aHighest)) / 1024 * h / Math.Max(1, heads - 1))),
            B = Fill(tokens * stateSize, _ => Between(-1, 1)),
            C = Fill(tokens * stateSize, _ => Between(-1, 1)),
            D = Fill(heads, _ => Between(0, 1)),
        };
    }

    internal ScanCase(int[] offsets, SelectiveScanReference inputs) => (Offsets, Inputs) = (offsets, inputs);

    internal int[] Offsets { get; }

    internal SelectiveScanReference Inputs { get; }

    internal int StateElements => Inputs.Heads * Inputs.HeadSize * Inputs.StateSize;

    internal double[][] Zeros() => Enumerable.Range(0, Offsets.Length - 1).Select(_ => new double[StateElements]).ToArray();

    internal SsmState[] States(CpuDevice device, DType dtype) => Enumerable.Range(0, Offsets.Length - 1)
        .Select(_ => new SsmState(device, Inputs.Heads, Inputs.HeadSize, Inputs.StateSize, dtype)).ToArray();

    /// <summary>Runs all sequences, with x and z as views of one projection: [T, H, 2P], z first.</summary>
    internal double[] Run(CpuDevice device, DType dtype, SsmState[]? states = null, int chunkSize = 256)
    {
        using var scope = new TensorScope(device);
        var (heads, size, n, tokens) = (Inputs.Heads, Inputs.HeadSize, Inputs.StateSize, Offsets[^1]);
        var joined = scope.Allocate(new Shape(tokens, heads, 2 * size), dtype);
        for (var i = 0; i < tokens * heads; i++)
        {
            TestTensors.Fill(joined, 2 * i * size, Inputs.Z.AsSpan(i * size, size));
            TestTensors.Fill(joined, ((2 * i) + 1) * size, Inputs.X.AsSpan(i * size, size));
        }

        var maps = scope.Allocate(new Shape(tokens, 2 * n), dtype);
        for (var t = 0; t < tokens; t++)
        {
            TestTensors.Fill(maps, 2 * t * n, Inputs.B.AsSpan(t * n, n));
            TestTensors.Fill(maps, ((2 * t) + 1) * n, Inputs.C.AsSpan(t * n, n));
        }

        Tensor Head(double[] values) => TestTensors.Create(scope, dtype, new Shape(heads), values);
        var output = scope.Allocate(new Shape(tokens, heads, size), dtype);
        SelectiveScan.Forward(
            joined.Narrow(2, size, size),
            joined.Narrow(2, 0, size),
            TestTensors.Create(scope, dtype, new Shape(tokens, heads), Inputs.Dt),
            Head(Inputs.DtBias),
            Head(Inputs.ALog),
            maps.Narrow(1, 0, n),
            maps.Narrow(1, n, n),
            Head(Inputs.D),
            new SequenceOffsets(Offsets),
            chunkSize,
            states,
            output);
        return TestTensors.Read(output);
    }

    /// <summary>The tokens <c>[begin, end)</c> as one sequence.</summary>
    internal ScanCase Cut(int begin, int end)
    {
        double[] Rows(double[] values, int width) => values[(begin * width)..(end * width)];
        var (heads, size, n) = (Inputs.Heads, Inputs.HeadSize, Inputs.StateSize);
        return new ScanCase([0, end - begin], new SelectiveScanReference
        {
            Heads = heads,
            HeadSize = size,
            StateSize = n,
            X = Rows(Inputs.X, heads * size),
            Z = Rows(Inputs.Z, heads * size),
            Dt = Rows(Inputs.Dt, heads),
            DtBias = Inputs.DtBias,
            ALog = Inputs.ALog,
            B = Rows(Inputs.B, n),
            C = Rows(Inputs.C, n),
            D = Inputs.D,
        });
    }

    public override string ToString() => $"[{string.Join(' ', Offsets)}] H {Inputs.Heads} P {Inputs.HeadSize} N {Inputs.StateSize}";
}
