using PlamoNative.Runtime.Sampling;
using Xunit;

namespace PlamoNative.Tests.Runtime.Sampling;

public sealed class StopStringsTests
{
    [Theory]
    [InlineData("hello Q: world", "hello ", "Q:")]
    [InlineData("aQ:b\n\nc", "a", "Q:")]
    [InlineData("a\n\nQ:", "a", "\n\n")]
    [InlineData("QQQ:", "QQ", "Q:")]
    [InlineData("nothing at all Q", "nothing at all Q", null)]
    [InlineData("xababac", "xab", "abac")]
    [InlineData("ab", "", "ab")]
    public void The_text_ends_before_the_first_stop_string_however_it_is_cut(string text, string expected, string? found)
    {
        string[] stops = ["Q:", "\n\n", "abac", .. text == "ab" ? (string[])["b", "ab"] : []];
        for (var size = 1; size <= text.Length; size++)
        {
            var filter = new StopStrings(stops);
            var output = "";
            for (var at = 0; at < text.Length; at += size)
            {
                output += filter.Append(text.Substring(at, Math.Min(size, text.Length - at)));
            }

            output += filter.Flush();
            Assert.Equal(expected, output);
            Assert.Equal(found, filter.Found);
            Assert.Equal(found is not null, filter.IsStopped);
            Assert.Equal("", filter.Append("more") is var rest && filter.IsStopped ? rest : "");
        }
    }

    [Fact]
    public void Only_what_may_begin_a_stop_string_is_held_back()
    {
        var filter = new StopStrings(["<end>"]);
        Assert.Equal("a", filter.Append("a<e"));
        Assert.Equal("<ex", filter.Append("x"));
        Assert.Equal("", filter.Append("<end"));
        Assert.Equal("", filter.Append(">"));
        Assert.True(filter.IsStopped);
    }
}
