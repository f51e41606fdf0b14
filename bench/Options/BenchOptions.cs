using System.Globalization;

namespace PlamoNative.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    /// <summary>The usage text.</summary>
    public const string Usage = """
        dotnet run -c Release --project bench -- --suite NAME [options]
        dotnet run -c Release --project bench -- table FILE.json          the Markdown table of a stored run
        dotnet run -c Release --project bench -- compare A.json B.json    what changed between two runs of one machine

        --suite NAME      cpu (all that follow), ceilings, matmul, linear, attention, scan, pointwise, tokenizer, model, files,
                          data, training-kernels, training, training-length, language;
                          operators: the micro-operators under BenchmarkDotNet, further arguments are its own
        --filter TEXT     only measurements whose name contains the text (a|b: either)
        --threads LIST    1,2: thread counts; by default 1 and the number of logical processors
        --rounds N        rounds of limit, candidate, baseline; default 9
        --json FILE       the results as one JSON object
        --save            file the results under bench/results/CPU/SUITE.json and .md
        --preset NAME     the model of the model suite; default plamo-2-1b
        --plamo FILE      a published plamo executable whose start-up is timed (files suite)
        """;

    /// <summary>Suite name.</summary>
    public string Suite { get; private init; } = "";

    /// <summary>Alternatives, one of which a name must contain; empty takes all.</summary>
    public string[] Filter { get; private init; } = [];

    /// <summary>Thread counts, ascending.</summary>
    public int[] Threads { get; private init; } = [];

    /// <summary>Rounds wanted.</summary>
    public int Rounds { get; private init; } = 9;

    /// <summary>Where the JSON goes.</summary>
    public string? JsonFile { get; private init; }

    /// <summary>Whether results are filed in the repository.</summary>
    public bool Save { get; private init; }

    /// <summary>Preset of the model suite.</summary>
    public string Preset { get; private init; } = "plamo-2-1b";

    /// <summary>A published executable.</summary>
    public string? PlamoExecutable { get; private init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="ArgumentException">One line saying what is wrong.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name == "--save")
            {
                options = options with { Save = true };
                continue;
            }

            if (i + 1 == arguments.Count)
            {
                throw new ArgumentException($"'{name}' is unknown or lacks its value");
            }

            var value = arguments[++i];
            options = name switch
            {
                "--suite" => options with { Suite = value },
                "--filter" => options with { Filter = value.Split('|', StringSplitOptions.RemoveEmptyEntries) },
                "--threads" => options with { Threads = [.. value.Split(',').Select(text => Number(name, text, 1024)).Order()] },
                "--rounds" => options with { Rounds = Number(name, value, 1000) },
                "--json" => options with { JsonFile = value },
                "--preset" => options with { Preset = value },
                "--plamo" => options with { PlamoExecutable = value },
                _ => throw new ArgumentException($"unknown option '{name}'"),
            };
        }

        if (options.Threads.Length == 0)
        {
            options = options with { Threads = Environment.ProcessorCount == 1 ? [1] : [1, Environment.ProcessorCount] };
        }

        return options.Suite.Length > 0 ? options : throw new ArgumentException("--suite is missing");
    }

    private static int Number(string option, string text, int largest) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= largest
            ? number
            : throw new ArgumentException($"{option}: expected a number from 1 to {largest}, found '{text}'");
}
