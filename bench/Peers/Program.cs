using PlamoNative.Bench;
using PlamoNative.Bench.Peers;
using PlamoNative.Engine;

const string Usage = """
    dotnet run -c Release --project bench/Peers -- openblas [--threads 1,2] [--rounds N] [--json FILE] [--save]
    """;

try
{
    return args switch
    {
        ["openblas", .. var rest] => CleanProcess.RunWithout(OpenBlas.Variables, args) ?? OpenBlasRace.Run(BenchOptions.Parse(["--suite", "openblas", .. rest])),
        _ => Help(),
    };
}
catch (Exception exception) when (exception is ArgumentException or ConfigurationException or ModelFormatException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

static int Help()
{
    Console.Out.WriteLine(Usage);
    return 2;
}
