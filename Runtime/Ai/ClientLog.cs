using Microsoft.Extensions.Logging;

namespace PlamoNative.Runtime.Ai;

/// <summary>What the client tells a logger.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Information, "loaded {Model} on {Device}")]
    internal static partial void Loaded(ILogger logger, string model, string device);

    [LoggerMessage(2, LogLevel.Warning, "{Model}: {Notice}")]
    internal static partial void Notice(ILogger logger, string model, string notice);

    [LoggerMessage(3, LogLevel.Debug, "finished a request of {PromptTokens} tokens with {GeneratedTokens} tokens")]
    internal static partial void Finished(ILogger logger, int promptTokens, int generatedTokens);
}
