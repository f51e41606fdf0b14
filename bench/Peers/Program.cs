using PlamoNative.Bench;
using PlamoNative.Bench.Peers;
using PlamoNative.Engine;

const string Usage = """
    dotnet run -c Release --project bench/Peers -- openblas [--threads 1,2] [--rounds N] [--json FILE] [--save]
    dotnet run -c Release --project bench/Peers -- llama-speed [--models FOLDER] [--preset NAME] [--threads 2] [--rounds N] [--filter TEXT] [--json FILE] [--save]
    dotnet run -c Release --project bench/Peers -- llama-compare
    dotnet run -c Release --project bench/Peers -- llama-oracle FOLDER

    openblas       f32 matmul against Debian's libopenblas0-pthread
    llama-speed    prefill and decode against llama.cpp on the same GGUF, with its default backend and with AVX2; the files (3.9 GB) are kept in FOLDER
    llama-compare  logits and token ids against llama.cpp's
    llama-oracle   llama.cpp itself against golden logits
    """;

try
{
    if (BuildGuard.Problem() is { } problem && args is ["openblas" or "llama-speed", ..])
    {
        throw new ConfigurationException("peers", "build", "an optimized one without a debugger", problem);
    }

    switch (args)
    {
        case ["openblas", .. var rest]:
            return SelfProcess.RunWithout(OpenBlas.Variables, args) ?? OpenBlasRace.Run(BenchOptions.Parse(["--suite", "openblas", .. rest]));
        case ["llama-speed", "--models", var folder, .. var rest]:
            return LlamaSpeed.Run(BenchOptions.Parse(["--suite", "llama", .. rest]), folder);
        case ["llama-speed", .. var rest]:
            return LlamaSpeed.Run(BenchOptions.Parse(["--suite", "llama", .. rest]), Path.Combine(Path.GetTempPath(), "plamo-peers"));
        case ["llama-compare"]:
            return LlamaCompare.Run();
        case ["llama-oracle", var golden]:
            return LlamaOracle.Run(golden);
        case [LlamaWorker.Verb, _, _, _, _]:
            return LlamaWorker.RunChild(args);
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception exception) when (exception is ArgumentException or ConfigurationException or ModelFormatException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
