using PlamoNative.Bench;
using PlamoNative.Engine;

if (args.Length == 0 || args.Contains("--help"))
{
    Console.Out.WriteLine(BenchOptions.Usage);
    return args.Length == 0 ? 2 : 0;
}

try
{
    if (args[0] == "table" && args.Length == 2)
    {
        Console.Out.Write(MarkdownTable.Write(BenchReport.Read(args[1])));
        return 0;
    }

    if (args[0] == "compare" && args.Length == 3)
    {
        Console.Out.Write(ReportComparison.Write(BenchReport.Read(args[1]), BenchReport.Read(args[2])));
        return 0;
    }

    if (BuildGuard.Problem() is { } problem)
    {
        throw new ConfigurationException("bench", "build", "an optimized one without a debugger", problem);
    }

    if (args[0] == PeakMemory.Verb)
    {
        return PeakMemory.RunChild(args);
    }

    if (args is ["--suite", "operators", .. var rest])
    {
        return OperatorSuite.Run(rest);
    }

    return BenchRun.Execute(BenchOptions.Parse(args));
}
catch (Exception exception) when (exception is ArgumentException or ConfigurationException or ModelFormatException or IOException or DeviceUnavailableException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
