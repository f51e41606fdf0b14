using PlamoNative.Engine;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Chat;

/// <summary>
/// A conversation as token ids: BOS, then for each exchange <c>op question op answer EOS</c>, and at the end <c>op question op</c> for the model to go on.
/// It is the format that supervised fine-tuning uses here. The published base models were tuned for no format of their own (docs/chat.md); they continue it as text.
/// </summary>
/// <remarks>Instructions of the system stand before the first question, divided from it by an empty line.</remarks>
public sealed class ChatFormat
{
    private const string TurnToken = "<|plamo:op|>";

    private readonly PlamoTokenizer _tokenizer;
    private readonly int _bos;
    private readonly int _eos;
    private readonly int _turn;

    /// <summary>Binds the format to a vocabulary.</summary>
    /// <exception cref="ModelFormatException">The vocabulary lacks one of the three control tokens.</exception>
    public ChatFormat(PlamoTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _bos = tokenizer.BosId ?? throw Missing("a BOS token");
        _eos = tokenizer.EosId ?? throw Missing("an EOS token");
        _turn = tokenizer.File.IdOf(TurnToken) ?? throw Missing($"the control token {TurnToken}");
        StopTokens = [_eos, _bos, _turn];
    }

    /// <summary>Tokens that end the model's turn.</summary>
    public IReadOnlyList<int> StopTokens { get; }

    /// <summary>The ids of a conversation up to the place where the model goes on.</summary>
    /// <param name="turns">Messages in order. Neighbours of one speaker are joined by a line break.</param>
    /// <exception cref="ArgumentException">There is no message, or a text holds a lone surrogate.</exception>
    public int[] Encode(IReadOnlyList<ChatTurn> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        var ids = new List<int> { _bos };
        var instructions = string.Join('\n', turns.Where(t => t.Speaker == ChatSpeaker.System).Select(t => t.Text));
        var spoken = Join(turns.Where(t => t.Speaker != ChatSpeaker.System));
        if (spoken.Count == 0 || spoken[0].Speaker == ChatSpeaker.Assistant)
        {
            if (spoken.Count == 0 && instructions.Length == 0)
            {
                throw new ArgumentException("a conversation needs at least one message", nameof(turns));
            }

            // The model was the first to speak, or there are instructions only: an empty question keeps the exchange whole.
            spoken.Insert(0, new ChatTurn(ChatSpeaker.User, ""));
        }

        for (var i = 0; i < spoken.Count; i++)
        {
            var text = i == 0 && instructions.Length != 0 ? $"{instructions}\n\n{spoken[i].Text}" : spoken[i].Text;
            ids.Add(_turn);
            _tokenizer.Encode(text, ids);
            if (spoken[i].Speaker == ChatSpeaker.Assistant)
            {
                ids.Add(_eos);
            }
        }

        if (spoken[^1].Speaker == ChatSpeaker.User)
        {
            ids.Add(_turn);
        }
        else
        {
            // After a finished answer the next exchange begins with an empty question.
            ids.Add(_turn);
            ids.Add(_turn);
        }

        return [.. ids];
    }

    private static List<ChatTurn> Join(IEnumerable<ChatTurn> turns)
    {
        var joined = new List<ChatTurn>();
        foreach (var turn in turns)
        {
            if (joined.Count > 0 && joined[^1].Speaker == turn.Speaker)
            {
                joined[^1] = turn with { Text = $"{joined[^1].Text}\n{turn.Text}" };
            }
            else
            {
                joined.Add(turn);
            }
        }

        return joined;
    }

    private ModelFormatException Missing(string what) => new(_tokenizer.File.Source, "vocabulary", $"{what} for conversations", "none");
}
