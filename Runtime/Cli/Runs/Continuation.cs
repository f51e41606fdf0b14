using System.Text;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Sampling;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Cli.Runs;

/// <summary>What a model writes behind a beginning: to see how far its training is.</summary>
internal static class Continuation
{
    /// <summary>Cool, so that samples show what was learned rather than what was drawn.</summary>
    private const float Temperature = 0.3f;

    /// <summary>Writes up to the end of the document, or so many tokens; the same text from the same weights and seed.</summary>
    internal static string Write(Plamo2Model model, PlamoTokenizer tokenizer, string prompt, int mostTokens, ulong seed, CancellationToken cancellation)
    {
        using var session = new PlamoSession(model, tokenizer);
        var options = new GenerationOptions { MaxTokens = mostTokens, Temperature = Temperature, Seed = seed };
        var text = new StringBuilder();
        foreach (var token in session.Generate(tokenizer.Encode(prompt, tokenizer.PromptOptions), options, cancellation))
        {
            text.Append(token.Text);
        }

        return text.ToString();
    }
}
