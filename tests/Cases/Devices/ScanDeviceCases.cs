using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>The selective scan: ragged prompts, states, decoding, gradients, and decays that underflow.</summary>
internal static class ScanDeviceCases
{
    private sealed record Problem(string Name, int[] Offsets, int Heads, int HeadSize, int StateSize, int Chunk, double MostDecay, double MostStep, bool IsSmall);

    private static readonly Problem[] Problems =
    [
        new("no tokens", [0], 1, 4, 4, 16, 1, 0.1, true),
        new("one token", [0, 1], 1, 1, 1, 16, 1, 0.1, true),
        new("primes", [0, 3, 3, 20], 3, 7, 5, 8, 4, 0.2, true),
        new("longer than a chunk", [0, 41, 79], 2, 16, 16, 32, 8, 0.1, true),
        new("decays that vanish", [0, 50], 2, 8, 16, 16, 64, 2, true),
        new("chunks of one", [0, 3, 5], 2, 4, 3, 1, 4, 0.2, true),
        new("two groups of heads", [0, 1, 20], 11, 4, 8, 64, 8, 0.1, true),
        new("panels of states", [0, 67], 1, 70, 130, 64, 8, 0.1, true),
        new("PLaMo 2 heads", [0, 33, 40], 2, 128, 64, 256, 16, 0.1, true),
        new("PLaMo 2 1B", [0, 500, 1012], 32, 128, 64, 256, 16, 0.1, false),
    ];

    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            foreach (var one in Problems)
            {
                yield return new("selective_scan", one.Name, one.IsSmall, run => Forward(run, one));
                yield return new("selective_scan_backward", one.Name, one.IsSmall, run => Backward(run, one));
            }

            yield return new("selective_scan_backward", "A = -64, steps up to 2", true, StrongDecay);
            yield return new("selective_scan_backward", "states at both ends", true, BackwardOfStates);
        }
    }

    private static (Tensor X, Tensor Z, Tensor Dt, Tensor B, Tensor C) Tokens(CaseRun run, int count, Problem one) => (
        run.Input(new Shape(count, one.Heads, one.HeadSize)), run.Input(new Shape(count, one.Heads, one.HeadSize), 2, 0, 2),
        run.Input(new Shape(count, one.Heads), Math.Log(Math.Exp(one.MostStep) - 1) + 8 > 8 ? one.MostStep : 1, one.MostStep > 1 ? 0.5 : -3),
        run.Input(new Shape(count, one.StateSize)), run.Input(new Shape(count, one.StateSize)));

    private static (Tensor Bias, Tensor ALog, Tensor D) Heads(CaseRun run, Problem one) => (
        run.Input(new Shape(one.Heads), 0.1), run.Input(new Shape(one.Heads), 0.5, Math.Log(one.MostDecay) - 0.5), run.Input(new Shape(one.Heads)));

    private static void Forward(CaseRun run, Problem one)
    {
        var offsets = new SequenceOffsets(one.Offsets);
        var (bias, aLog, d) = Heads(run, one);
        var (x, z, dt, b, c) = Tokens(run, offsets.TokenCount, one);
        run.Keep("y", run.Operators.SelectiveScan(x, z, dt, bias, aLog, b, c, d, offsets, one.Chunk, []));
        var states = Enumerable.Range(0, offsets.Count).Select(_ => run.Own(new SsmState(run.Device, one.Heads, one.HeadSize, one.StateSize, run.Type))).ToArray();
        run.Keep("prompt", run.Operators.SelectiveScan(x, z, dt, bias, aLog, b, c, d, offsets, one.Chunk, states));
        for (var step = 0; step < 2; step++)
        {
            (x, z, dt, b, c) = Tokens(run, offsets.Count, one);
            run.Keep($"step {step}", run.Operators.SelectiveScan(x, z, dt, bias, aLog, b, c, d, SequenceOffsets.OneTokenEach(offsets.Count), one.Chunk, states));
        }

        foreach (var state in states)
        {
            run.Keep("state", state.Values);
        }
    }

    /// <summary>The gradient of the decay must not be made of differences: a step of 2 leaves e^-128 of a state.</summary>
    private static void StrongDecay(CaseRun run)
    {
        var one = new Problem("", [0, 150], 2, 8, 16, 64, 64, 2, true);
        var (x, z, _, b, c) = Tokens(run, 150, one);
        var dt = run.Input(new Shape(150, 2), 2.5, -0.65);
        var (bias, d) = (run.Make(new Shape(2), [0, 0]), run.Input(new Shape(2)));
        var aLog = run.Make(new Shape(2), [(float)Math.Log(64), (float)Math.Log(64)]);
        Gradients(run, x, z, dt, bias, aLog, b, c, d, new SequenceOffsets(one.Offsets), one.Chunk, null, null);
    }

    private static void BackwardOfStates(CaseRun run)
    {
        var one = new Problem("", [0, 5, 5, 75], 3, 6, 10, 32, 4, 0.3, true);
        var offsets = new SequenceOffsets(one.Offsets);
        var (bias, aLog, d) = Heads(run, one);
        var (x, z, dt, b, c) = Tokens(run, offsets.TokenCount, one);
        var states = new Shape(offsets.Count, one.Heads, one.HeadSize, one.StateSize);
        Gradients(run, x, z, dt, bias, aLog, b, c, d, offsets, one.Chunk, run.Input(states), run.Input(states));
    }

    private static void Backward(CaseRun run, Problem one)
    {
        var offsets = new SequenceOffsets(one.Offsets);
        var (bias, aLog, d) = Heads(run, one);
        var (x, z, dt, b, c) = Tokens(run, offsets.TokenCount, one);
        Gradients(run, x, z, dt, bias, aLog, b, c, d, offsets, one.Chunk, null, null);
    }

    private static void Gradients(
        CaseRun run, Tensor x, Tensor z, Tensor dt, Tensor bias, Tensor aLog, Tensor b, Tensor c, Tensor d, SequenceOffsets offsets, int chunk, Tensor? initial, Tensor? final)
    {
        var gradients = new SelectiveScanGradients
        {
            X = run.Output(x.Shape), Z = run.Output(z.Shape), Dt = run.Output(dt.Shape), DtBias = run.Output(bias.Shape, 0), ALog = run.Output(aLog.Shape, 0),
            B = run.Output(b.Shape), C = run.Output(c.Shape), D = run.Output(d.Shape, 0),
            InitialStates = initial is null ? null : run.Output(initial.Shape),
        };
        SelectiveScanBackward.Run(x, z, dt, bias, aLog, b, c, d, offsets, chunk, initial, run.Input(x.Shape), final, gradients);
        run.Keep("dx", gradients.X);
        run.Keep("dz", gradients.Z);
        run.Keep("ddt", gradients.Dt);
        run.Keep("ddt_bias", gradients.DtBias);
        run.Keep("dA_log", gradients.ALog);
        run.Keep("dB", gradients.B);
        run.Keep("dC", gradients.C);
        run.Keep("dD", gradients.D);
        if (gradients.InitialStates is { } ofStates)
        {
            run.Keep("dS", ofStates);
        }
    }
}
