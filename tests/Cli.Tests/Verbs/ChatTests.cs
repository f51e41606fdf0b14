using PlamoNative.Engine;
using PlamoNative.Runtime.Chat;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Sessions;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class ChatTests(SmallModel small)
{
    [Fact]
    public void Every_line_of_a_pipe_is_a_question_and_gets_an_answer()
    {
        var json = CommandRun.Of("猫\r\n\n名前は"u8, "chat", "--model", small.Folder, "--max-tokens", "6", "--json").Succeeds().Json;
        var messages = json.GetProperty("messages").EnumerateArray().ToArray();
        Assert.Equal(["user", "assistant", "user", "assistant"], messages.Select(static message => message.GetProperty("role").GetString()));
        Assert.Equal(["猫", "名前は"], messages.Where((_, i) => i % 2 == 0).Select(static message => message.GetProperty("content").GetString()));
    }

    [Fact]
    public void The_sequence_that_lives_on_answers_as_one_that_takes_the_whole_conversation_at_once()
    {
        var messages = CommandRun.Of("猫\n名前は\n"u8, "chat", "--model", small.Folder, "--max-tokens", "6", "--temperature", "0", "--json").Succeeds()
            .Json.GetProperty("messages").EnumerateArray().Select(static message => message.GetProperty("content").GetString()).ToArray();
        using var device = new CpuDevice();
        using var model = ModelLoader.Open(small.Folder, device);
        var format = new ChatFormat(model.RequireTokenizer());
        var options = new GenerationOptions { MaxTokens = 6, Temperature = 0, StopTokenIds = format.StopTokens };
        List<int> conversation = [.. format.Encode([new ChatTurn(ChatSpeaker.User, "猫")])];
        var first = Answer();
        conversation.AddRange(first.Select(static token => token.Id).Where(id => !format.StopTokens.Contains(id)));
        conversation.AddRange([model.RequireTokenizer().EosId!.Value, .. format.Encode([new ChatTurn(ChatSpeaker.User, "名前は")])[1..]]);
        Assert.Equal(string.Concat(first.Select(static token => token.Text)), messages[1]);
        Assert.Equal(string.Concat(Answer().Select(static token => token.Text)), messages[3]);

        GeneratedToken[] Answer()
        {
            using var session = new PlamoSession(model);
            return [.. session.Generate(conversation.ToArray(), options, TestContext.Current.CancellationToken)];
        }
    }

    [Fact]
    public void A_question_may_come_as_an_option_and_instructions_too()
    {
        var run = CommandRun.Of("chat", "--model", small.Gguf, "--prompt", "猫", "--system", "短く", "--max-tokens", "4", "--json").Succeeds();
        Assert.Equal(2, run.Json.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public void Bad_inputs_are_one_line_each()
    {
        CommandRun.Of("chat").RefusesWith("--model: expected");
        CommandRun.Of("吾輩は猫である\n"u8, "chat", "--model", small.Folder, "--context", "4").RefusesWith("prompt", "1 to 4 tokens");
        CommandRun.Of([0xFF, (byte)'\n'], "chat", "--model", small.Folder).RefusesWith("standard input: line 1: byte 0: expected UTF-8");
        CommandRun.Of("chat", "--model", small.Folder, "--prompt", "a", "--system", "\uD800").RefusesWith("--system", "lone surrogate");
    }
}
