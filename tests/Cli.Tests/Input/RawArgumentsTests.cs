using PlamoNative.Cli.Input;
using Xunit;

namespace PlamoNative.Cli.Tests.Input;

public sealed class RawArgumentsTests
{
    [Fact]
    public void The_malformed_argument_and_its_byte_are_named()
    {
        byte[] line = [.. "dotnet\0plamo.dll\0generate\0--prompt\0猫"u8, 0xFF, 0];
        Assert.Equal("argument 3: byte 3: expected UTF-8, found 0xFF", RawArguments.FindMalformed(line, 3));
    }

    [Fact]
    public void A_replacement_character_that_was_written_is_text()
    {
        Assert.Null(RawArguments.FindMalformed("plamo\0generate\0--prompt\0\uFFFD\0\0"u8, 4));
        Assert.Null(RawArguments.FindMalformed(["--prompt", "\uFFFD"]));
    }

    [Fact]
    public void Only_the_commands_own_arguments_are_looked_at() => Assert.Null(RawArguments.FindMalformed([0xFF, 0, (byte)'a', 0], 1));
}
