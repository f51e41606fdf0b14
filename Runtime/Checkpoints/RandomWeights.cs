using PlamoNative.Engine;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>
/// Weights before training, as the published code draws them: matrices and embedding N(0, 0.02), <c>softplus(dt_bias)</c> log-uniform in [1e-3, 1e-1] and at
/// least 1e-4, <c>A_log = log(1 ... H)</c>, D = 1, offset norms 0, other norms 1; taps of the convolution uniform within ±K^(-1/2), its framework's default.
/// </summary>
/// <remarks>Every tensor has a stream of its own of the counter-based <see cref="Philox"/>: the same seed gives the same bits on any machine.</remarks>
public sealed class RandomWeights : WeightSource
{
    private const double Deviation = 0.02;
    private const double LeastTimeStep = 1e-4;
    private const double LogOfShortestStep = -6.907755278982137; // ln 1e-3
    private const double LogOfLongestStep = -2.302585092994046; // ln 1e-1
    private const int RunLength = 1 << 14;

    private readonly ulong _seed;
    private readonly Dictionary<string, ulong> _streams = new(StringComparer.Ordinal);

    /// <summary>Prepares the weights of a shape.</summary>
    /// <param name="configuration">The shape.</param>
    /// <param name="seed">Any number.</param>
    public RandomWeights(Plamo2Configuration configuration, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Configuration = configuration.Validate();
        _seed = seed;
        foreach (var slot in WeightTable.All(configuration))
        {
            _streams.Add(slot.Name, (ulong)_streams.Count);
        }
    }

    /// <inheritdoc/>
    public override Plamo2Configuration Configuration { get; }

    /// <inheritdoc/>
    public override DType TypeOf(WeightSlot slot) => DType.Float32;

    /// <inheritdoc/>
    public override unsafe void Read(WeightSlot slot, long start, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(slot);
        fixed (float* pointer = destination)
        {
            var (target, length) = ((nint)pointer, destination.Length);
            var runs = (length + RunLength - 1) / RunLength;
            Parallel.For(0, runs, run =>
            {
                var first = run * RunLength;
                Fill(slot, start + first, new Span<float>((float*)target + first, Math.Min(RunLength, length - first)));
            });
        }
    }

    private void Fill(WeightSlot slot, long start, Span<float> destination)
    {
        var random = new Philox(_seed, _streams[slot.Name]);
        switch (slot.Role)
        {
            case WeightRole.Linear:
                FillNormal(random, start, destination);
                break;
            case WeightRole.Convolution:
                var bound = 1 / Math.Sqrt(slot.RowLength);
                Fill(destination, i => bound * ((2 * random.Uniform((ulong)(start + i))) - 1));
                break;
            case WeightRole.TimeStepBias:
                Fill(destination, i => TimeStepBias(random.Uniform((ulong)(start + i))));
                break;
            case WeightRole.ALog:
                Fill(destination, i => PortableMath.Log(start + i + 1));
                break;
            case WeightRole.Skip:
                destination.Fill(1);
                break;
            case WeightRole.Norm:
                destination.Fill(slot.NormOffset == 0 ? 1 : 0);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(slot), slot.Role, "not a role");
        }
    }

    private static void FillNormal(Philox random, long start, Span<float> destination)
    {
        Span<double> run = stackalloc double[256];
        for (var done = 0; done < destination.Length; done += run.Length)
        {
            var part = run[..Math.Min(run.Length, destination.Length - done)];
            random.Normal((ulong)(start + done), part);
            for (var i = 0; i < part.Length; i++)
            {
                destination[done + i] = (float)(Deviation * part[i]);
            }
        }
    }

    /// <summary>The inverse of softplus at a log-uniform time step: <c>t + log(1 - e^(-t))</c>.</summary>
    private static double TimeStepBias(double uniform)
    {
        var step = PortableMath.Exp(LogOfShortestStep + (uniform * (LogOfLongestStep - LogOfShortestStep)));
        step = Math.Max(step, LeastTimeStep);
        return step + PortableMath.Log(1 - PortableMath.Exp(-step));
    }

    private static void Fill(Span<float> destination, Func<int, double> value)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)value(i);
        }
    }
}
