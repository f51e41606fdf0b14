using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

internal static class FormatAssert
{
    /// <summary>The action is refused with one line that names the file, the field, what was expected and what was found.</summary>
    internal static ModelFormatException Refused(string file, string field, string found, Action action)
    {
        var error = Assert.Throws<ModelFormatException>(action);
        Assert.Equal(file, error.File);
        Assert.Contains(field, error.Field, StringComparison.Ordinal);
        Assert.Contains(found, error.Found, StringComparison.Ordinal);
        Assert.StartsWith($"{file}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(": expected ", error.Message, StringComparison.Ordinal);
        Assert.Contains(", found ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.NotEmpty(error.Expected);
        return error;
    }
}
