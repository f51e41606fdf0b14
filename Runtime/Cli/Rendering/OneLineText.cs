using System.Globalization;
using System.Text;

namespace PlamoNative.Cli.Rendering;

/// <summary>Keeps a message on one line, whatever names and contents it quotes: control characters are escaped.</summary>
internal static class OneLineText
{
    internal static string Clean(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (char.IsControl(character) || character is '\u2028' or '\u2029')
            {
                builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                builder.Append(character);
            }
        }

        return builder.ToString();
    }
}
