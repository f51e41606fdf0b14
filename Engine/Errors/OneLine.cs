using System.Text;

namespace PlamoNative.Engine;

/// <summary>Makes untrusted text safe for a one-line message: control characters are escaped, long text is cut.</summary>
internal static class OneLine
{
    private const int LongestText = 160;

    internal static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var builder = new StringBuilder(Math.Min(text.Length, LongestText) + 3);
        foreach (var rune in text.EnumerateRunes())
        {
            if (builder.Length >= LongestText)
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
