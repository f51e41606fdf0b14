using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Bench;

/// <summary>What suites share: options, ceilings, devices, and the place where results gather.</summary>
internal sealed class BenchContext(BenchOptions options) : IDisposable
{
    private readonly Dictionary<int, CpuDevice> _devices = [];
    private readonly Dictionary<int, Limit> _matmulLimits = [];
    private readonly List<BenchResult> _results = [];
    private readonly Lazy<FmaPeak> _peak = new(() => new FmaPeak());
    private readonly Lazy<ReadBandwidth> _bandwidth = new(() => new ReadBandwidth());

    /// <summary>The command line.</summary>
    public BenchOptions Options { get; } = options;

    /// <summary>The register-only loop.</summary>
    public FmaPeak Peak => _peak.Value;

    /// <summary>The read-only sweep.</summary>
    public ReadBandwidth Bandwidth => _bandwidth.Value;

    /// <summary>Results so far.</summary>
    public IReadOnlyList<BenchResult> Results => _results;

    /// <summary>The processor with a number of threads.</summary>
    public CpuDevice Device(int threads)
    {
        if (!_devices.TryGetValue(threads, out var device))
        {
            device = new CpuDevice(threads);
            _devices[threads] = device;
        }

        return device;
    }

    /// <summary>Our own f32 matmul as the limit of layers whose weights are narrower.</summary>
    public Limit MatmulLimit(int threads)
    {
        if (!_matmulLimits.TryGetValue(threads, out var limit))
        {
            limit = new SquareMatmul(1024, Device(threads).Workers).AsLimit();
            _matmulLimits[threads] = limit;
        }

        return limit;
    }

    /// <summary>True if the filter lets a name through.</summary>
    public bool Wants(string name) =>
        Options.Filter.Length == 0 || Options.Filter.Any(text => name.Contains(text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Measures a case.</summary>
    public BenchResult Measure(BenchCase work)
    {
        var result = Turns.Measure(work, Options.Rounds);
        Add(result);
        return result;
    }

    /// <summary>Adds a result and says it on standard error, so that a long run shows where it is.</summary>
    public void Add(BenchResult result)
    {
        _results.Add(result);
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Name} [{result.Shape}] {result.DType} x{result.Threads}: {result.Value:G4} {result.Unit}, {result.PercentOfLimit:F1} % of limit, ratio {result.Ratio:F2}, spread {100 * result.Spread:F1} %"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var device in _devices.Values)
        {
            device.Dispose();
        }

        if (_bandwidth.IsValueCreated)
        {
            _bandwidth.Value.Dispose();
        }
    }
}
