using System.CommandLine;
using PlamoNative.Cli.Input;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;
using PlamoNative.Runtime.Chat;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Cli.Verbs;

/// <summary>
/// <c>plamo chat</c>: a conversation, a question a line. The sequence lives on between questions, so that each costs only its own tokens. On a terminal
/// it prompts and knows <c>/reset</c> and <c>/exit</c>; from a pipe every line is a question.
/// </summary>
internal sealed class ChatVerb : Verb
{
    private const int DefaultMaxTokens = 512;
    private const string ResetCommand = "/reset";
    private const string ExitCommand = "/exit";

    private readonly ModelInput _model = new();
    private readonly Option<string> _system = CommonOptions.Text("--system", "TEXT", "Instructions before the first question.");
    private readonly Option<string> _prompt = CommonOptions.Text("--prompt", "TEXT", "One question; the conversation ends with its answer.");
    private readonly SamplingInput _sampling = new(DefaultMaxTokens);

    internal override IEnumerable<Option> Options => [.. _model.RunOptions, _system, _prompt, .. _sampling.Options];

    internal override int Run(VerbContext context)
    {
        var options = _sampling.Read(context);
        var activations = _model.Activations(context);
        using var device = context.OpenDevice();
        using var model = _model.Open(context, device);
        using var session = new PlamoSession(model, activations);
        var conversation = new Conversation(model.RequireTokenizer(), session, TextInput.FromOption(context, _system));
        var isInteractive = context.Streams.InputIsTerminal && context.Values.Text(_prompt) is null;
        if (isInteractive)
        {
            context.Accept(device);
            context.Notices.Add($"{ResetCommand} begins anew, {ExitCommand} or the end of input ends");
        }

        var turns = new List<(string Question, string Answer)>();
        var exitCode = ExitCodes.Done;
        foreach (var question in Questions(context, conversation, isInteractive))
        {
            var answer = Answer(context, device, model, conversation, options, question);
            turns.Add((question, answer.Text));
            if (answer.Finish is null)
            {
                exitCode = ExitCodes.Interrupted;
                break;
            }
        }

        context.Accept(device);
        if (context.IsJson)
        {
            Write(context, turns);
        }

        return exitCode;
    }

    private static AnswerStream Answer(
        VerbContext context, Device device, Runtime.Checkpoints.LoadedModel model, Conversation conversation, GenerationOptions options, string question)
    {
        var prompt = conversation.Ask(question);
        SamplingInput.CheckMemory(model, options, conversation.TokenCount);
        var tokens = conversation.Session.Generate(prompt, options with { StopTokenIds = conversation.StopTokens }, context.Cancellation);
        context.Accept(device);
        var answer = new AnswerStream();
        answer.Run(context, tokens, prompt.Length);
        conversation.Hear(answer.Ids);
        if (!context.IsJson)
        {
            context.Streams.OutputWriter.WriteLine();
            context.Streams.OutputWriter.Flush();
        }

        return answer;
    }

    private IEnumerable<string> Questions(VerbContext context, Conversation conversation, bool isInteractive)
    {
        if (TextInput.FromOption(context, _prompt) is { } only)
        {
            yield return only;
            yield break;
        }

        var lines = new LineInput(context.Streams.Input, context.Cancellation);
        while (true)
        {
            if (isInteractive)
            {
                context.Streams.ErrorWriter.Write("> ");
            }

            switch (lines.Read())
            {
                case null:
                case ExitCommand when isInteractive:
                    yield break;
                case ResetCommand when isInteractive:
                    conversation.Reset();
                    break;
                case "":
                    break;
                case var line:
                    yield return line;
                    break;
            }
        }
    }

    private static void Write(VerbContext context, List<(string Question, string Answer)> turns) => JsonAnswer.Write(context.Streams, writer =>
    {
        writer.WriteStartArray("messages");
        foreach (var (question, answer) in turns)
        {
            WriteMessage("user", question);
            WriteMessage("assistant", answer);
        }

        writer.WriteEndArray();

        void WriteMessage(string role, string content)
        {
            writer.WriteStartObject();
            writer.WriteString("role", role);
            writer.WriteString("content", content);
            writer.WriteEndObject();
        }
    });

    /// <summary>The conversation's tokens and the session that has taken most of them.</summary>
    private sealed class Conversation(PlamoTokenizer tokenizer, PlamoSession session, string? instructions)
    {
        private readonly ChatFormat _format = new(tokenizer);
        private readonly List<int> _tokens = [];

        internal PlamoSession Session { get; } = session;

        internal IReadOnlyList<int> StopTokens => _format.StopTokens;

        internal int TokenCount => _tokens.Count;

        /// <summary>Adds a question and gives the tokens that the session has not taken yet.</summary>
        internal int[] Ask(string question)
        {
            var turn = new ChatTurn(ChatSpeaker.User, question);
            if (_tokens.Count == 0)
            {
                _tokens.AddRange(_format.Encode(instructions is null ? [turn] : [new ChatTurn(ChatSpeaker.System, instructions), turn]));
            }
            else
            {
                // A later exchange is encoded as the first one is, without the token that begins the conversation.
                _tokens.AddRange(_format.Encode([turn]).AsSpan(1));
            }

            return [.. _tokens.Skip(checked((int)Session.Position))];
        }

        /// <summary>Adds the model's answer; whatever ended it, the format ends it with EOS.</summary>
        internal void Hear(IReadOnlyList<int> answer)
        {
            _tokens.AddRange(answer.Count > 0 && StopTokens.Contains(answer[^1]) ? answer.SkipLast(1) : answer);
            _tokens.Add(StopTokens[0]);
        }

        internal void Reset()
        {
            _tokens.Clear();
            Session.Reset();
        }
    }
}
