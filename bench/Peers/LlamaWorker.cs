using System.Diagnostics;
using System.Globalization;

namespace PlamoNative.Bench.Peers;

/// <summary>
/// llama.cpp in a process of its own, obeying one line at a time: a process can load one backend only, and a race in turns needs two of them beside ours.
/// </summary>
internal sealed class LlamaWorker : IDisposable
{
    /// <summary>How the child is called.</summary>
    public const string Verb = "llama-worker";

    private readonly Process _process;

    /// <summary>Starts a child that loads a model.</summary>
    /// <param name="path">The GGUF.</param>
    /// <param name="threads">Threads of prefill and decode.</param>
    /// <param name="prefillTokens">Tokens of a prefill.</param>
    /// <param name="avx">Backend, or null for LLamaSharp's own choice.</param>
    public LlamaWorker(string path, int threads, int prefillTokens, string? avx)
    {
        var start = SelfProcess.Describe(
            [Verb, path, threads.ToString(CultureInfo.InvariantCulture), prefillTokens.ToString(CultureInfo.InvariantCulture), avx ?? "default"]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start) ?? throw new InvalidOperationException("the child did not start");
        Backend = Answer();
    }

    /// <summary>The library that the child loaded.</summary>
    public string Backend { get; }

    /// <summary>A prefill from nothing.</summary>
    public void Prefill() => Ask("prefill");

    /// <summary>The next tokens, one by one.</summary>
    public void Decode(int tokens) => Ask(string.Create(CultureInfo.InvariantCulture, $"decode {tokens}"));

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>The child's work; answers the exit code.</summary>
    public static int RunChild(string[] arguments)
    {
        var threads = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        var tokens = ModelRunner.Tokens(int.Parse(arguments[3], CultureInfo.InvariantCulture), 32000);
        LlamaModel.Configure(arguments[4] == "default" ? null : arguments[4]);
        using var model = new LlamaModel(arguments[1], 4096, threads);
        var position = 0;
        Console.Out.WriteLine(LlamaModel.Backend());
        while (Console.In.ReadLine() is { } line)
        {
            if (line == "prefill")
            {
                model.Clear();
                model.Decode(tokens, 0, allLogits: false);
                position = tokens.Length;
            }
            else
            {
                for (var i = int.Parse(line.AsSpan("decode ".Length), CultureInfo.InvariantCulture); i > 0; i--)
                {
                    model.Decode(tokens.AsSpan(position % tokens.Length, 1), position, allLogits: false);
                    position++;
                }
            }

            Console.Out.WriteLine("done");
        }

        return 0;
    }

    private void Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        Answer();
    }

    private string Answer() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("llama.cpp's process ended early");
}
