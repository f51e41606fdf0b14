using System.Globalization;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Training.Loop;

/// <summary>Lets the model go on with fixed prompts, greedily, so that two samples differ by the weights alone.</summary>
public static class Sampler
{
    /// <summary>Continues a prompt.</summary>
    /// <param name="model">The model, as it is now.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="prompt">A text.</param>
    /// <param name="tokens">Tokens to write at most; the end of the text ends it too.</param>
    /// <returns>What follows the prompt.</returns>
    public static string Continue(Plamo2Model model, PlamoTokenizer tokenizer, string prompt, int tokens)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        using var session = new PlamoSession(model, tokenizer);
        var ids = tokenizer.Encode(prompt, tokenizer.PromptOptions);
        return string.Concat(session.Generate(ids, new GenerationOptions { MaxTokens = tokens, Temperature = 0 }).Select(static token => token.Text));
    }

    /// <summary>The name of a prompt in files: its place in the list.</summary>
    internal static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"{index + 1:D2}");
}
