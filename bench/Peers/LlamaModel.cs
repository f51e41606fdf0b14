using System.Text;
using LLama.Native;

namespace PlamoNative.Bench.Peers;

/// <summary>A GGUF file in llama.cpp, through the low-level doors of LLamaSharp: one context, one sequence, float32 cache, no flash attention.</summary>
internal sealed class LlamaModel : IDisposable
{
    private readonly SafeLlamaModelHandle _model;
    private readonly SafeLLamaContextHandle _context;
    private readonly LLamaBatch _batch = new();

    /// <summary>Loads the file.</summary>
    /// <param name="path">The GGUF.</param>
    /// <param name="contextSize">Tokens that one sequence may have.</param>
    /// <param name="threads">Threads of prefill and decode.</param>
    public LlamaModel(string path, int contextSize, int threads)
    {
        var modelParameters = LLamaModelParams.Default();
        modelParameters.n_gpu_layers = 0;
        _model = SafeLlamaModelHandle.LoadFromFile(path, modelParameters);
        var parameters = LLamaContextParams.Default();
        parameters.n_ctx = (uint)contextSize;
        parameters.n_batch = (uint)contextSize;
        parameters.n_ubatch = (uint)Math.Min(contextSize, 512);
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        parameters.type_k = GGMLType.GGML_TYPE_F32;
        parameters.type_v = GGMLType.GGML_TYPE_F32;
        parameters.llama_flash_attn_type = LLamaFlashAttentionType.LLAMA_FLASH_ATTENTION_TYPE_DISABLED;
        _context = _model.CreateContext(parameters);
    }

    /// <summary>Rows of the logits.</summary>
    public int VocabSize => _model.Vocab.Count;

    /// <summary>Which native library this process loaded, by its folder, and what it says about itself.</summary>
    public static string Backend()
    {
        var line = File.Exists("/proc/self/maps")
            ? File.ReadLines("/proc/self/maps").FirstOrDefault(text => text.Contains("libggml-cpu", StringComparison.Ordinal))
            : null;
        return line is null ? "unknown" : Path.GetFileName(Path.GetDirectoryName(line[line.IndexOf('/', StringComparison.Ordinal)..])!);
    }

    /// <summary>Chooses the library of an instruction set ("avx2", "avx512", ...) before anything is loaded; null leaves LLamaSharp's own choice.</summary>
    public static void Configure(string? avx)
    {
        NativeLibraryConfig.All.WithLogCallback((level, message) =>
        {
            if (level == LLamaLogLevel.Error)
            {
                Console.Error.Write(message);
            }
        });
        if (avx is not null)
        {
            NativeLibraryConfig.All.WithAvx(Enum.Parse<AvxLevel>(avx, ignoreCase: true));
        }

        // The native library is found by this class's initializer, and by nothing else that we call.
        NativeApi.llama_empty_call();
        if (avx is not null && Backend() is var loaded && loaded != avx)
        {
            throw new InvalidOperationException($"asked for the {avx} backend of llama.cpp, LLamaSharp loaded {loaded}");
        }
    }

    /// <summary>Token ids as llama.cpp gives them, without BOS.</summary>
    public int[] Tokenize(string text, bool special)
    {
        var ids = _model.Tokenize(text, addBos: false, special, Encoding.UTF8);
        return [.. ids.Select(id => (int)id)];
    }

    /// <summary>Forgets the sequence.</summary>
    public void Clear() => _context.MemoryClear(true);

    /// <summary>Runs tokens from a position on; logits are kept for the last one, or for all.</summary>
    public void Decode(ReadOnlySpan<int> tokens, int position, bool allLogits)
    {
        _batch.Clear();
        for (var i = 0; i < tokens.Length; i++)
        {
            _batch.Add(tokens[i], position + i, LLamaSeqId.Zero, allLogits || i == tokens.Length - 1);
        }

        var result = _context.Decode(_batch);
        if (result != DecodeResult.Ok)
        {
            throw new InvalidOperationException($"llama.cpp answered {result} to {tokens.Length} tokens at position {position}");
        }

        _context.Synchronize();
    }

    /// <summary>Logits of a token of the last batch.</summary>
    public ReadOnlySpan<float> Logits(int index) => _context.GetLogitsIth(index);

    /// <summary>Logits [tokens, vocabulary] of a whole sequence, in one batch or token by token.</summary>
    public float[] AllLogits(ReadOnlySpan<int> tokens, bool stepwise)
    {
        var logits = new float[tokens.Length * VocabSize];
        Clear();
        if (!stepwise)
        {
            Decode(tokens, 0, allLogits: true);
        }

        for (var i = 0; i < tokens.Length; i++)
        {
            if (stepwise)
            {
                Decode(tokens.Slice(i, 1), i, allLogits: true);
            }

            Logits(stepwise ? 0 : i).CopyTo(logits.AsSpan(i * VocabSize));
        }

        return logits;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _model.Dispose();
    }
}
