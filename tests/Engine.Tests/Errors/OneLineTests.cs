using Xunit;

namespace PlamoNative.Engine.Tests.Errors;

public sealed class OneLineTests
{
    [Fact]
    public void Text_of_strangers_stays_on_one_line_and_short()
    {
        var exception = new ModelFormatException("a.gguf", "name\nwith\u2028breaks", "text", new string('x', 5000), 12);
        Assert.DoesNotContain('\n', exception.Message);
        Assert.DoesNotContain('\u2028', exception.Message);
        Assert.InRange(exception.Message.Length, 50, 400);
        Assert.StartsWith("a.gguf: name\\u000awith", exception.Message, StringComparison.Ordinal);
        Assert.Contains("at byte 12", exception.Message, StringComparison.Ordinal);
    }
}
