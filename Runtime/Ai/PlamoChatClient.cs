using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PlamoNative.Engine;
using PlamoNative.Runtime.Chat;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Hosting;
using PlamoNative.Runtime.Scheduling;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Ai;

/// <summary>
/// A PLaMo 2 model behind <see cref="IChatClient"/>. Any number of requests may run at once: they share one ragged batch, and an answer has the same bits
/// whatever runs beside it. Every member of <see cref="ChatOptions"/> is obeyed or refused by name (<see cref="ConfigurationException"/>), never ignored.
/// </summary>
/// <remarks>
/// <para><see cref="ChatOptions.AdditionalProperties"/> takes <c>min_p</c>, <c>repetition_penalty</c> and <c>context_length</c>;
/// <see cref="ChatOptions.RawRepresentationFactory"/> may give a <see cref="GenerationOptions"/> to start from.</para>
/// <para><see cref="GetService"/> gives <see cref="ChatClientMetadata"/> (whose address names the device that runs, such as <c>plamo://cpu/</c>), <see cref="PlamoTokenizer"/>,
/// <see cref="LoadedModel"/>, <see cref="BatchScheduler"/>, and each time a new <see cref="PlamoSession"/>, which its caller disposes.</para>
/// </remarks>
public sealed class PlamoChatClient : IChatClient
{
    private readonly Device _device;
    private readonly LoadedModel _model;
    private readonly BatchScheduler _scheduler;
    private readonly ChatFormat _format;
    private readonly ChatRequestReader _reader;
    private readonly ChatClientMetadata _metadata;
    private readonly PlamoOptions _options;
    private readonly ILogger _logger;
    private int _disposed;

    private PlamoChatClient(Device device, LoadedModel model, PlamoOptions options, ILogger logger)
    {
        _device = device;
        _model = model;
        _options = options;
        _logger = logger;
        _format = new ChatFormat(model.RequireTokenizer());
        var id = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Path)));
        _metadata = new ChatClientMetadata("plamo", new Uri($"plamo://{device.Name.Replace(':', '-')}/"), id);
        _reader = new ChatRequestReader(id, _format, options);
        _scheduler = new BatchScheduler(model, new SchedulerOptions { MaxSequences = options.MaxConcurrentRequests, Activations = options.Activations });
    }

    /// <summary>Opens a model with the default options.</summary>
    /// <param name="model">A Hugging Face folder or a GGUF file.</param>
    /// <exception cref="ModelFormatException">A file is not what it must be.</exception>
    /// <exception cref="IOException">Nothing is there, or it cannot be read.</exception>
    public static PlamoChatClient Load(string model) => Load(new PlamoOptions { Model = model });

    /// <summary>Opens a model.</summary>
    /// <param name="options">Which, where and how.</param>
    /// <param name="logger">Hears what was loaded and when requests end; null for none.</param>
    /// <exception cref="ConfigurationException">An option is wrong.</exception>
    /// <exception cref="DeviceUnavailableException">The device is named and not there.</exception>
    /// <exception cref="ModelFormatException">A file is not what it must be.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static PlamoChatClient Load(PlamoOptions options, ILogger<PlamoChatClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var validation = new PlamoOptionsValidator().Validate(null, options);
        if (validation.Failed)
        {
            throw new ConfigurationException("PlamoOptions", "values", "each in its range", validation.FailureMessage ?? "");
        }

        var device = DeviceCatalog.Open(options.Device, options.Threads);
        LoadedModel? model = null;
        try
        {
            model = ModelLoader.Open(options.Model, device, new ModelLoadOptions { WindowSize = options.Window, WindowCountsQuery = options.WindowCountsQuery });
            ILogger log = logger is null ? NullLogger.Instance : logger;
            var client = new PlamoChatClient(device, model, options, log);
            ClientLog.Loaded(log, options.Model, device.Description);
            foreach (var notice in model.Notices)
            {
                ClientLog.Notice(log, options.Model, notice);
            }

            return client;
        }
        catch
        {
            model?.Dispose();
            device.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">An option or a content cannot be obeyed, or the conversation does not fit the context.</exception>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">An option or a content cannot be obeyed, or the conversation does not fit the context.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        ArgumentNullException.ThrowIfNull(messages);
        var prompt = _format.Encode(ChatRequestReader.Turns(messages, options?.Instructions));
        var wanted = _reader.Options(this, options);
        var response = Guid.NewGuid().ToString("N");
        var generated = 0;
        GeneratedToken? last = null;
        await foreach (var token in _scheduler.GenerateAsync(prompt, wanted, cancellationToken).ConfigureAwait(false))
        {
            generated++;
            last = token;
            if (token.Text.Length > 0)
            {
                yield return Update(response, [new TextContent(token.Text)]);
            }
        }

        // Cancellation ends the stream of tokens early and quietly in some cases; the caller must hear of it.
        cancellationToken.ThrowIfCancellationRequested();
        ClientLog.Finished(_logger, prompt.Length, generated);
        var usage = new UsageDetails { InputTokenCount = prompt.Length, OutputTokenCount = generated, TotalTokenCount = prompt.Length + generated, CachedInputTokenCount = 0, ReasoningTokenCount = 0 };
        var end = Update(response, [new UsageContent(usage)]);
        end.FinishReason = last?.Finish is FinishReason.EndOfText or FinishReason.StopString ? ChatFinishReason.Stop : ChatFinishReason.Length;
        yield return end;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
        {
            return null;
        }

        return serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(PlamoTokenizer) ? _model.Tokenizer
            : serviceType == typeof(LoadedModel) ? _model
            : serviceType == typeof(BatchScheduler) ? _scheduler
            : serviceType == typeof(PlamoSession) ? new PlamoSession(_model, _options.Activations)
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Ends running requests and releases the model.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _scheduler.Dispose();
            _model.Dispose();
            _device.Dispose();
        }
    }

    private ChatResponseUpdate Update(string response, IList<AIContent> contents) => new(ChatRole.Assistant, contents)
    {
        ResponseId = response,
        MessageId = response,
        ModelId = _metadata.DefaultModelId,
        CreatedAt = DateTimeOffset.UtcNow,
    };
}
