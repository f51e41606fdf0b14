using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Hosting;

/// <summary>What a service says about the model that it wants to run.</summary>
public sealed class PlamoOptions
{
    /// <summary>A Hugging Face folder or a GGUF file. Required.</summary>
    public string Model { get; set; } = "";

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda:N</c>. A device named here and absent is an error, never a silent fallback.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>Threads for kernels; 0 means one per logical processor. Answers do not depend on it.</summary>
    public int Threads { get; set; }

    /// <summary>The most tokens of prompt and answer together; null means the model's own limit, bounded by the machine's memory.</summary>
    public int? ContextLength { get; set; }

    /// <summary>
    /// The window W in place of what the files say; also for a GGUF file that says nothing. Null: as the files say, which leaves such a GGUF with full
    /// attention, as llama.cpp runs it.
    /// </summary>
    public int? Window { get; set; }

    /// <summary>True for engines' other reading of the window: W visible positions with the query's own, instead of the reference's W + 1.</summary>
    public bool WindowCountsQuery { get; set; }

    /// <summary>How activations meet block-quantised weights.</summary>
    public ActivationMode Activations { get; set; } = ActivationMode.Exact;

    /// <summary>Requests that run together in one ragged batch; more wait their turn.</summary>
    public int MaxConcurrentRequests { get; set; } = 8;

    /// <summary>Tokens of an answer when a request does not say.</summary>
    public int DefaultMaxOutputTokens { get; set; } = 256;
}
