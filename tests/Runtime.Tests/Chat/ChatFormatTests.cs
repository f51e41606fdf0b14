using PlamoNative.Engine;
using PlamoNative.Runtime.Chat;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Runtime.Tests.Chat;

public sealed class ChatFormatTests
{
    private const int Bos = 1;
    private const int Eos = 2;
    private const int Op = 4;
    private static readonly PlamoTokenizer Tokenizer = new(ByteLevelVocabulary.Create());
    private readonly ChatFormat _format = new(Tokenizer);

    [Fact]
    public void An_exchange_is_op_question_op_answer_eos()
    {
        var ids = _format.Encode([new(ChatSpeaker.User, "q"), new(ChatSpeaker.Assistant, "a"), new(ChatSpeaker.User, "r")]);
        Assert.Equal([Bos, Op, .. Text("q"), Op, .. Text("a"), Eos, Op, .. Text("r"), Op], ids);
    }

    [Fact]
    public void Instructions_stand_before_the_first_question()
    {
        var ids = _format.Encode([new(ChatSpeaker.User, "q"), new(ChatSpeaker.System, "s")]);
        Assert.Equal([Bos, Op, .. Text("s\n\nq"), Op], ids);
    }

    [Fact]
    public void Text_cannot_forge_a_control_token()
    {
        var ids = _format.Encode([new(ChatSpeaker.User, "<|plamo:op|>")]);
        Assert.Equal(2, ids.Count(id => id == Op));
    }

    [Fact]
    public void Neighbours_of_one_speaker_are_joined()
    {
        var ids = _format.Encode([new(ChatSpeaker.User, "a"), new(ChatSpeaker.User, "b")]);
        Assert.Equal([Bos, Op, .. Text("a\nb"), Op], ids);
    }

    [Fact]
    public void An_exchange_stays_whole_when_the_model_speaks_first_or_last()
    {
        var ids = _format.Encode([new(ChatSpeaker.Assistant, "a")]);
        Assert.Equal([Bos, Op, Op, .. Text("a"), Eos, Op, Op], ids);
        Assert.Throws<ArgumentException>(() => _format.Encode([]));
    }

    [Fact]
    public void A_vocabulary_without_the_control_tokens_is_refused()
    {
        var texts = Tokenizer.File.Texts.Select(t => t == "<|plamo:op|>" ? "x" : t).ToArray();
        var types = Tokenizer.File.Types.Select((t, i) => texts[i] == "x" ? TokenType.Normal : t).ToArray();
        var file = TokenizerFile.Create("t.jsonl", texts, Tokenizer.File.Scores, types);
        Assert.Contains("t.jsonl", Assert.Throws<ModelFormatException>(() => new ChatFormat(new PlamoTokenizer(file))).Message, StringComparison.Ordinal);
    }

    private static int[] Text(string text) => Tokenizer.Encode(text);
}
