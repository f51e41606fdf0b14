using System.CommandLine;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Cli.Verbs;

/// <summary><c>plamo tokenizer train</c>: text files in, <c>tokenizer.jsonl</c> out.</summary>
internal sealed class TokenizerTrainVerb : Verb
{
    private const string FileEnding = ".jsonl";
    private const int LargestVocabulary = 1 << 24;

    private readonly Option<string[]> _input = CommonOptions.Texts("--input", "FILE", "UTF-8 text files.");
    private readonly Option<string> _vocabSize = CommonOptions.Text("--vocab-size", "N", "Rows of the vocabulary, control and byte tokens included. [default: 16000]");
    private readonly Option<string> _out = CommonOptions.Text("--out", "DIR|FILE.jsonl", "A folder for tokenizer.jsonl and tokenizer_config.json, or the one file.");
    private readonly Option<string> _coverage = CommonOptions.Text(
        "--character-coverage", "SHARE", "Share of the text's characters that get a piece of their own. [default: 0.9995]");

    internal override IEnumerable<Option> Options => [_input, _vocabSize, _out, _coverage];

    internal override int Run(VerbContext context)
    {
        var inputs = context.Values.Texts(_input);
        if (inputs.Length == 0)
        {
            throw UsageException.ForOption(_input.Name, "at least one text file", "nothing");
        }

        var outputPath = context.Values.Required(_out, "a folder or a .jsonl file");
        var options = Recipe(context);
        using var device = context.OpenDevice();
        foreach (var input in inputs)
        {
            InputFile.Check(input);
        }

        using var output = new VocabularyOutput(outputPath);
        using var progress = new VocabularyProgress(context, device, options);
        var vocabulary = UnigramTrainer.TrainFiles(inputs, options, progress, context.Cancellation);
        context.Accept(device);
        output.Write(vocabulary);
        if (context.IsJson)
        {
            JsonAnswer.Write(context.Streams, writer =>
            {
                writer.WriteNumber("vocab_size", vocabulary.Count);
                writer.WriteFinite("nats_per_character", progress.NatsPerCharacter);
                writer.WriteString("out", outputPath);
            });
        }
        else
        {
            context.Streams.OutputWriter.WriteLine($"{outputPath}: {vocabulary.Count} tokens");
        }

        return ExitCodes.Done;
    }

    private UnigramTrainerOptions Recipe(VerbContext context)
    {
        var coverage = context.Values.Number(_coverage, 0, 1, 0.9995);
        return new UnigramTrainerOptions
        {
            VocabSize = context.Values.Integer(_vocabSize, ByteLevelVocabulary.Count, LargestVocabulary, 16000),
            CharacterCoverage = coverage > 0 ? coverage : throw UsageException.ForOption(_coverage.Name, "a share above 0", "'0'"),
            Threads = context.Threads == 0 ? Environment.ProcessorCount : context.Threads,
        };
    }

    /// <summary>The folder or the file that a vocabulary goes to; opened early, so that a place that cannot be written is known before the work.</summary>
    private sealed class VocabularyOutput : IDisposable
    {
        private readonly AtomicFile? _file;
        private readonly AtomicFolder? _folder;

        internal VocabularyOutput(string path)
        {
            if (path.EndsWith(FileEnding, StringComparison.OrdinalIgnoreCase) || (Path.Exists(path) && !Directory.Exists(path)))
            {
                _file = AtomicFile.Create(path);
            }
            else
            {
                _folder = AtomicFolder.Create(path);
            }
        }

        internal void Write(TokenizerFile vocabulary)
        {
            if (_file is not null)
            {
                vocabulary.Write(_file.Stream);
                _file.Commit();
                return;
            }

            AtomicFile.Write(Path.Combine(_folder!.StagingPath, TokenizerFile.FileName), vocabulary.Write);
            AtomicFile.Write(
                Path.Combine(_folder.StagingPath, TokenizerConfiguration.FileName), new TokenizerConfiguration { AddBosToken = true }.Write);
            _folder.Commit();
        }

        public void Dispose()
        {
            _file?.Dispose();
            _folder?.Dispose();
        }
    }
}
