using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Quickstart;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Cli.Verbs;

/// <summary>
/// <c>plamo quickstart</c>: every stage that exists, on a tiny model, without a file or an option. Each stage is an ordinary command line, which is shown, so
/// that a person sees how to go on alone.
/// </summary>
internal sealed class QuickstartVerb : Verb
{
    private const int Documents = 4000;
    private const int HeldOutDocuments = 100;
    private const string Prompt = "朝早く、花子は";

    private readonly Option<string> _out = CommonOptions.Text("--out", "DIR", "Where everything goes. [default: quickstart]");

    internal override IEnumerable<Option> Options => [_out];

    internal override int Run(VerbContext context)
    {
        var folder = context.Values.Text(_out) ?? "quickstart";
        using var device = context.OpenDevice();
        OutputCheck.Folder(folder);
        context.Accept(device);
        Directory.CreateDirectory(folder);
        string In(string name) => Path.Combine(folder, name);
        var seed = context.Seed.ToString(CultureInfo.InvariantCulture);
        var common = new List<string> { "--json" };
        if (context.Threads is > 0 and var threads)
        {
            common.AddRange(["--threads", threads.ToString(CultureInfo.InvariantCulture)]);
        }

        AtomicFile.WriteAllText(In("corpus.txt"), SampleCorpus.Create(context.Seed, Documents));
        AtomicFile.WriteAllText(In("heldout.txt"), SampleCorpus.Create(context.Seed + 1, HeldOutDocuments));
        var stages = new StageRunner(context, common);
        stages.Run("train a tokenizer on a text made by rules", "tokenizer", "train", "--input", In("corpus.txt"), "--vocab-size", "1000", "--out", In("tokenizer"));
        stages.Run("make a PLaMo 2 of random weights", "init", "--preset", "plamo-2-nano", "--tokenizer", In("tokenizer"), "--seed", seed, "--out", In("model"));
        var read = stages.Run("read: how well does it predict a text it never saw", "perplexity", "--model", In("model"), "--input", In("heldout.txt"));
        string[] generate = ["--prompt", Prompt, "--max-tokens", "32", "--seed", seed];
        var written = stages.Run("write", ["generate", "--model", In("model"), .. generate]);
        stages.Run("convert to GGUF", "convert", "--model", In("model"), "--out", In("model.gguf"), "--type", "f32");
        var again = stages.Run("write from the GGUF file", ["generate", "--model", In("model.gguf"), .. generate]);
        var isSame = written.GetProperty("text").GetString() == again.GetProperty("text").GetString();
        Report(context, folder, stages, read, written, isSame);
        return isSame ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void Report(VerbContext context, string folder, StageRunner stages, JsonElement read, JsonElement written, bool isSame)
    {
        var loss = read.GetProperty("loss").GetDouble();
        var bits = read.GetProperty("bits_per_byte").GetDouble();
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                writer.WriteNumber("steps", 0);
                writer.WriteNumber("tokens", 0);
                writer.WriteNull("train_loss");
                writer.WriteNumber("heldout_loss_first", loss);
                writer.WriteNumber("heldout_loss_last", loss);
                writer.WriteString("checkpoint", Path.Combine(folder, "model"));
                writer.WriteString("text", written.GetProperty("text").GetString());
                writer.WriteBoolean("gguf_gives_the_same_text", isSame);
                writer.WriteStartArray("stages");
                foreach (var (name, command, answer) in stages.Done)
                {
                    writer.WriteStartObject();
                    writer.WriteString("stage", name);
                    writer.WriteString("command", command);
                    writer.WritePropertyName("answer");
                    answer.WriteTo(writer);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });
            return;
        }

        var output = context.Streams.OutputWriter;
        output.WriteLine();
        output.WriteLine($"{Prompt}{OneLineText.Clean(written.GetProperty("text").GetString() ?? "")}");
        output.WriteLine();
        output.WriteLine("Noise, as it must be: random weights know no language. Its loss says so too:");
        output.WriteLine($"  loss {loss:0.000} a token, {bits:0.00} bits a byte");
        output.WriteLine(isSame ? "  the GGUF file writes the same text" : "  the GGUF file writes ANOTHER text: please report this");
        output.WriteLine($"Everything lies in {folder}: corpus.txt, heldout.txt, tokenizer, model, model.gguf.");
    }
}
