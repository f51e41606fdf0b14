using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace PlamoNative.Bench;

/// <summary><c>--suite operators</c>: everything behind it goes to BenchmarkDotNet.</summary>
internal static class OperatorSuite
{
    /// <summary>Runs the benchmarks in this process, briefly; answers the exit code.</summary>
    public static int Run(string[] arguments)
    {
        var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
        var configuration = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(ConsoleLogger.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddExporter(MarkdownExporter.GitHub)
            .WithCultureInfo(System.Globalization.CultureInfo.InvariantCulture);
        var filtered = arguments.Length == 0 ? ["--filter", "*"] : arguments;
        var summaries = BenchmarkSwitcher.FromTypes([typeof(OperatorBenchmarks)]).Run(filtered, configuration);
        return summaries.All(static summary => summary.Reports.All(static report => report.Success)) ? 0 : 1;
    }
}
