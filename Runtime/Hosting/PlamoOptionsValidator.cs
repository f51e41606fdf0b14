using System.Globalization;
using Microsoft.Extensions.Options;

namespace PlamoNative.Runtime.Hosting;

/// <summary>Checks <see cref="PlamoOptions"/> before a model is touched; every fault is named with the option, what is accepted and what was given.</summary>
internal sealed class PlamoOptionsValidator : IValidateOptions<PlamoOptions>
{
    public ValidateOptionsResult Validate(string? name, PlamoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Model))
        {
            faults.Add("Model: expected a Hugging Face folder or a GGUF file, found nothing");
        }
        else if (!Directory.Exists(options.Model) && !File.Exists(options.Model))
        {
            faults.Add($"Model: expected a Hugging Face folder or a GGUF file, found nothing at '{options.Model}'");
        }

        if (options.Device is not ("auto" or "cpu")
            && !(options.Device is { } device && device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            faults.Add($"Device: expected auto, cpu or cuda:N, found '{options.Device}'");
        }

        Check(faults, nameof(options.Threads), options.Threads, 0, 1024);
        Check(faults, nameof(options.ContextLength), options.ContextLength ?? 1, 1, int.MaxValue);
        Check(faults, nameof(options.Window), options.Window ?? 0, 0, int.MaxValue);
        Check(faults, nameof(options.MaxConcurrentRequests), options.MaxConcurrentRequests, 1, 4096);
        Check(faults, nameof(options.DefaultMaxOutputTokens), options.DefaultMaxOutputTokens, 1, int.MaxValue);
        if (!Enum.IsDefined(options.Activations))
        {
            faults.Add($"Activations: expected Exact or Int8, found {options.Activations}");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Check(List<string> faults, string option, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{option}: expected {least} to {most}, found {value}"));
        }
    }
}
