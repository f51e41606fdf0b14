using System.Text;

namespace PlamoNative.Engine;

/// <summary>Makes untrusted text safe for a one-line message: control characters are escaped, long text is cut.</summary>
internal static class OneLine
{
    private const int LongestText = 160;
    private const int LongestPath = 4096;

    /// <summary>A path: control characters are escaped, but its end, the file's name, is never cut off.</summary>
    internal static string CleanPath(string path) => Clean(path, LongestPath);

    internal static string Clean(string text, int longest = LongestText)
    {
        ArgumentNullException.ThrowIfNull(text);
        var builder = new StringBuilder(Math.Min(text.Length, longest) + 3);
        foreach (var rune in text.EnumerateRunes())
        {
            if (builder.Length >= longest)
            {
                return builder.Append("...").ToString();
            }

            if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029)
            {
                builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            }
            else
            {
                builder.Append(rune.ToString());
            }
        }

        return builder.ToString();
    }
}
