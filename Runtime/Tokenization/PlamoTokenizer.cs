using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>
/// The PLaMo tokenizer: the Unigram segmentation of least cost over code points, computed with integers in linear time, with UTF-8 byte tokens for what has no
/// piece. No normalizer, no pre-tokenizer: white space is ordinary text and decoding what was encoded gives the same text. Instances are immutable and safe to
/// share between threads.
/// </summary>
public sealed partial class PlamoTokenizer : Tokenizer
{
    private const int PathOnStack = 512;

    private readonly PieceAutomaton _automaton;
    private readonly int[] _lengths;
    private readonly int[] _byteIds;
    private readonly bool[] _isControl;
    private readonly Lazy<ControlTokenMatcher> _controlTokens;
    private readonly TokenBytes _bytes;

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="file">The vocabulary.</param>
    /// <param name="configuration">Which tokens begin and end documents; by default the texts that PLaMo uses, and none added.</param>
    /// <exception cref="ModelFormatException">The configuration names a token that the vocabulary lacks.</exception>
    public PlamoTokenizer(TokenizerFile file, TokenizerConfiguration? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        File = file;
        Configuration = configuration ?? new TokenizerConfiguration();
        var pieces = new string?[file.Count];
        var costs = new int[file.Count];
        _lengths = new int[file.Count];
        _isControl = new bool[file.Count];
        for (var id = 0; id < file.Count; id++)
        {
            var text = file.Texts[id];
            _lengths[id] = text.Length;
            costs[id] = UnigramLattice.CostOf(file.Scores[id]);
            _isControl[id] = file.Types[id] is TokenType.Control or TokenType.Unknown
                || (file.Types[id] == TokenType.Normal && TokenizerFileCheck.HasControlForm(text));
            pieces[id] = file.Types[id] == TokenType.Normal && !_isControl[id] ? text : null;
        }

        _automaton = PieceAutomaton.Build(pieces, costs);
        _byteIds = file.ByteIds.ToArray();
        _bytes = new TokenBytes(file);
        _controlTokens = new Lazy<ControlTokenMatcher>(() => new ControlTokenMatcher(file, id => _isControl[id]));
        BosId = Configuration.IdOf(file, "bos_token", Configuration.BosToken, Configuration.AddBosToken);
        EosId = Configuration.IdOf(file, "eos_token", Configuration.EosToken, Configuration.AddEosToken);
        PadId = Configuration.IdOf(file, "pad_token", Configuration.PadToken, required: false);
    }

    /// <summary>The vocabulary.</summary>
    public TokenizerFile File { get; }

    /// <summary>Special tokens and whether they are added.</summary>
    public TokenizerConfiguration Configuration { get; }

    /// <summary>The number of ids that have a row. A model's vocabulary may be larger (padding), never smaller.</summary>
    public int Count => File.Count;

    /// <summary>The token that begins a document, if the vocabulary has it.</summary>
    public int? BosId { get; }

    /// <summary>The token that ends a document, if the vocabulary has it.</summary>
    public int? EosId { get; }

    /// <summary>The token that fills batches, if the vocabulary has it.</summary>
    public int? PadId { get; }

    /// <summary>The options for a prompt: what <c>tokenizer_config.json</c> says about adding BOS and EOS.</summary>
    public EncodingOptions PromptOptions =>
        (Configuration.AddBosToken ? EncodingOptions.AddBos : EncodingOptions.None) | (Configuration.AddEosToken ? EncodingOptions.AddEos : EncodingOptions.None);

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="folderOrFile">A model folder, or a <c>tokenizer.jsonl</c>; a <c>tokenizer_config.json</c> in the same folder is read too, if there is one.</param>
    /// <exception cref="ModelFormatException">A file holds what it must not.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static PlamoTokenizer Load(string folderOrFile)
    {
        ArgumentNullException.ThrowIfNull(folderOrFile);
        var path = Directory.Exists(folderOrFile) ? Path.Combine(folderOrFile, TokenizerFile.FileName) : folderOrFile;
        var configuration = Path.Combine(Path.GetDirectoryName(path) ?? "", TokenizerConfiguration.FileName);
        return new PlamoTokenizer(
            TokenizerFile.Read(path),
            System.IO.File.Exists(configuration) ? TokenizerConfiguration.Read(configuration) : null);
    }

    /// <summary>Checks that a model's vocabulary has room for every row.</summary>
    /// <param name="vocabSize">The model's <c>vocab_size</c>; more than <see cref="Count"/> is padding.</param>
    /// <param name="file">The file that says so, for the error.</param>
    /// <exception cref="ModelFormatException">The tokenizer has more rows.</exception>
    public void CheckAgainst(int vocabSize, string file)
    {
        if (vocabSize < Count)
        {
            throw new ModelFormatException(
                file, "vocab_size", string.Create(CultureInfo.InvariantCulture, $"at least the {Count} rows of {File.Source}"), vocabSize.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>True for control tokens and the unknown token: those that plain text never forms.</summary>
    public bool IsControl(int id) => (uint)id < (uint)_isControl.Length && _isControl[id];

    /// <summary>The bytes that a token adds to the decoded text: one for a byte token, the text's UTF-8 for others, none for padding and ids beyond the rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative id.</exception>
    public ReadOnlySpan<byte> BytesOf(int id) => _bytes[id];

    /// <summary>How many tokens a text of this length can give at most, without BOS and EOS.</summary>
    /// <param name="charCount">Length in UTF-16 units.</param>
    public static long MaxTokenCount(int charCount) => 3L * charCount;

    /// <summary>Encodes into a new array.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, Span{int}, EncodingOptions)"/>
    public int[] Encode(ReadOnlySpan<char> text, EncodingOptions options = EncodingOptions.None)
    {
        var ids = new List<int>(text.Length / 2 + 2);
        Encode(text, ids, options);
        return [.. ids];
    }

    /// <summary>Encodes into a caller's buffer; allocates nothing.</summary>
    /// <param name="text">Well-formed text.</param>
    /// <param name="destination">Takes the ids.</param>
    /// <param name="options">What is added.</param>
    /// <returns>The number of ids.</returns>
    /// <exception cref="ArgumentException">The text holds a lone surrogate, the destination is too short, or BOS or EOS is asked for and the vocabulary has none.</exception>
    public int Encode(ReadOnlySpan<char> text, Span<int> destination, EncodingOptions options = EncodingOptions.None)
    {
        var sink = new SpanSink(destination);
        EncodeTo(text, options, ref sink);
        if (sink.Count > destination.Length)
        {
            throw new ArgumentException($"the text needs room for {sink.Count} ids, found {destination.Length}", nameof(destination));
        }

        return sink.Count;
    }

    /// <summary>Encodes and appends to a list.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, Span{int}, EncodingOptions)"/>
    public int Encode(ReadOnlySpan<char> text, List<int> destination, EncodingOptions options = EncodingOptions.None)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var before = destination.Count;
        var sink = new ListSink(destination);
        EncodeTo(text, options, ref sink);
        return destination.Count - before;
    }

    /// <summary>Encodes and appends to a writer.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, Span{int}, EncodingOptions)"/>
    public int Encode(ReadOnlySpan<char> text, IBufferWriter<int> destination, EncodingOptions options = EncodingOptions.None)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var sink = new WriterSink(destination);
        EncodeTo(text, options, ref sink);
        sink.Advance();
        return sink.Count;
    }

    /// <summary>Counts the tokens without keeping them.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, Span{int}, EncodingOptions)"/>
    public int CountTokens(ReadOnlySpan<char> text, EncodingOptions options)
    {
        var sink = new CountingSink();
        EncodeTo(text, options, ref sink);
        return sink.Count;
    }

    /// <summary>Encodes UTF-8 and appends to a list.</summary>
    /// <param name="utf8">Well-formed UTF-8.</param>
    /// <param name="destination">Takes the ids.</param>
    /// <param name="options">What is added.</param>
    /// <returns>The number of ids.</returns>
    /// <exception cref="ArgumentException">The bytes are not UTF-8 (the message names the offset), or BOS or EOS is asked for and the vocabulary has none.</exception>
    public int EncodeUtf8(ReadOnlySpan<byte> utf8, List<int> destination, EncodingOptions options = EncodingOptions.None)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var chars = ArrayPool<char>.Shared.Rent(utf8.Length);
        try
        {
            var status = System.Text.Unicode.Utf8.ToUtf16(utf8, chars, out var read, out var written, replaceInvalidSequences: false);
            if (status != OperationStatus.Done)
            {
                throw new ArgumentException($"text at byte {read}: expected well-formed UTF-8, found 0x{utf8[read]:X2}", nameof(utf8));
            }

            return Encode(chars.AsSpan(0, written), destination, options);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    private void EncodeTo<TSink>(ReadOnlySpan<char> text, EncodingOptions options, ref TSink sink)
        where TSink : ITokenSink, allows ref struct
    {
        Surrogates.Refuse(text);
        var bos = (options & EncodingOptions.AddBos) != 0 ? Need(BosId, "bos_token") : -1;
        var eos = (options & EncodingOptions.AddEos) != 0 ? Need(EosId, "eos_token") : -1;
        if (bos >= 0)
        {
            sink.Add(bos);
        }

        if ((options & EncodingOptions.ControlTokens) != 0)
        {
            while (_controlTokens.Value.Find(text, out var length, out var id) is >= 0 and var start)
            {
                EncodePlain(text[..start], ref sink);
                sink.Add(id);
                text = text[(start + length)..];
            }
        }

        EncodePlain(text, ref sink);
        if (eos >= 0)
        {
            sink.Add(eos);
        }
    }

    private void EncodePlain<TSink>(ReadOnlySpan<char> text, ref TSink sink)
        where TSink : ITokenSink, allows ref struct
    {
        int[]? rented = null;
        var path = text.Length <= PathOnStack ? stackalloc int[PathOnStack] : (rented = ArrayPool<int>.Shared.Rent(text.Length));
        try
        {
            UnigramLattice.Solve(_automaton, text, path);
            for (var position = 0; position < text.Length;)
            {
                var step = path[position];
                if (step != UnigramLattice.UnknownStep)
                {
                    sink.Add(step);
                    position += _lengths[step];
                }
                else
                {
                    position += SpellBytes(text[position..], ref sink);
                }
            }
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<int>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Adds the byte tokens of the first code point and returns its length in UTF-16 units.</summary>
    private int SpellBytes<TSink>(ReadOnlySpan<char> text, ref TSink sink)
        where TSink : ITokenSink, allows ref struct
    {
        Rune.DecodeFromUtf16(text, out var rune, out var length);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
        {
            sink.Add(_byteIds[value]);
        }

        return length;
    }

    private int Need([NotNull] int? id, string key) =>
        id ?? throw new ArgumentException($"{File.Source}: {key}: expected a token to add, found none in the vocabulary");
}
