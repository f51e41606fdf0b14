namespace PlamoNative.Compilation.Tool;

/// <summary>The command line.</summary>
internal sealed record Arguments(string Assembly, string? Kernel, IReadOnlyList<PtxTarget> Targets, string? Out, string? Assembler, bool Lines, string? Library, string? Cache)
{
    private const string Usage = "usage: --assembly FILE.dll [--kernel NAME] [--arch 80[,90a]] [--out DIR] [--ptxas PATH] [--lines], or: --assembly FILE.dll --library kernels.bin [--cache DIR]";

    public static Arguments Parse(string[] args)
    {
        string? assembly = null, kernel = null, folder = null, assembler = null, library = null, cache = null;
        var lines = false;
        IReadOnlyList<PtxTarget> targets = [];
        for (var i = 0; i < args.Length; i++)
        {
            string Next() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value; {Usage}");
            switch (args[i])
            {
                case "--assembly": assembly = Next(); break;
                case "--kernel": kernel = Next(); break;
                case "--arch": targets = [.. Next().Split(',').Select(PtxTarget.Parse)]; break;
                case "--out": folder = Next(); break;
                case "--ptxas": assembler = Next(); break;
                case "--library": library = Next(); break;
                case "--cache": cache = Next(); break;
                case "--lines": lines = true; break;
                default: throw new ArgumentException($"'{args[i]}' is no option; {Usage}");
            }
        }

        return new Arguments(assembly ?? throw new ArgumentException(Usage), kernel, targets, folder, assembler, lines, library, cache);
    }
}
