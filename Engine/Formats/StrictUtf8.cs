using System.Text;

namespace PlamoNative.Engine.Formats;

/// <summary>UTF-8 that refuses what is no text in place of putting replacement characters, which would make different names equal.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static string Decode(string file, string field, ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            return Encoding.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw new ModelFormatException(file, field, "UTF-8 text", $"bytes that are none after {failure.Index} of {bytes.Length}", offset, failure);
        }
    }

    /// <exception cref="ArgumentException">The text has half of a surrogate pair.</exception>
    internal static byte[] Encode(string text) => Encoding.GetBytes(text);

    internal static bool IsText(string text)
    {
        try
        {
            Encoding.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
