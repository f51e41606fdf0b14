namespace PlamoNative.Bench;

/// <summary>Runs the suites that the command line names.</summary>
internal static class BenchRun
{
    private static readonly IBenchSuite[] Suites =
    [
        new CeilingSuite(), new MatmulSuite(), new LinearSuite(), new AttentionSuite(), new ScanSuite(), new PointwiseSuite(), new TokenizerSuite(),
        new ModelSuite(), new FilesSuite(), new DataSuite(), new TrainingKernelSuite(),
        new TrainingSuite(), new TrainingLengthSuite(), new LanguageSuite(),
    ];

    /// <summary>Measures, prints the table, writes the files; answers the exit code.</summary>
    /// <exception cref="ArgumentException">There is no such suite.</exception>
    public static int Execute(BenchOptions options)
    {
        var suites = options.Suite == "cpu" ? Suites : [.. Suites.Where(suite => suite.Name == options.Suite)];
        if (suites.Length == 0)
        {
            throw new ArgumentException($"--suite: expected cpu, operators, {string.Join(", ", Suites.Select(suite => suite.Name))}; found '{options.Suite}'");
        }

        using var context = new BenchContext(options);
        Console.Error.WriteLine(BenchEnvironment.Current.Describe());
        foreach (var suite in suites)
        {
            suite.Run(context);
        }

        return Finish(context, options.Suite);
    }

    /// <summary>Prints the table and writes what was asked for; answers the exit code.</summary>
    public static int Finish(BenchContext context, string suite, string? peer = null)
    {
        var report = new BenchReport(BenchEnvironment.Current with { Peer = peer }, context.Results);
        Console.Out.Write(MarkdownTable.Write(report));
        if (context.Options.JsonFile is { } path)
        {
            using var file = File.Create(path);
            report.WriteTo(file);
        }

        if (context.Options.Save)
        {
            Console.Error.WriteLine($"filed under {ResultFiles.Save(report, suite)}");
        }

        return 0;
    }
}
