using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>
/// <c>tokenizer_config.json</c>: the texts of the special tokens and whether encoding a prompt adds them. The defaults are those of the published tokenizer
/// class; released models' files say <c>"add_bos_token": true</c>. Keys that mean nothing here are kept and written back.
/// </summary>
public sealed record TokenizerConfiguration
{
    /// <summary>The file's usual name inside a model folder.</summary>
    public const string FileName = "tokenizer_config.json";

    private const long LargestFile = 1L << 26;

    /// <summary>The file's name as errors give it.</summary>
    public string Source { get; init; } = FileName;

    /// <summary>Whether a prompt starts with <see cref="BosToken"/>.</summary>
    public bool AddBosToken { get; init; }

    /// <summary>Whether a prompt ends with <see cref="EosToken"/>.</summary>
    public bool AddEosToken { get; init; }

    /// <summary>The text of the token that begins a document; null for none.</summary>
    public string? BosToken { get; init; } = "<|plamo:bos|>";

    /// <summary>The text of the token that ends a document; null for none.</summary>
    public string? EosToken { get; init; } = "<|plamo:eos|>";

    /// <summary>The text of the token that fills batches; null for none.</summary>
    public string? PadToken { get; init; } = "<|plamo:pad|>";

    /// <summary>The text of the unknown token; null for none.</summary>
    public string? UnkToken { get; init; } = "<|plamo:unk|>";

    /// <summary>The remaining keys with their values as JSON text, in the order of the file.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> OtherKeys { get; init; } = [new("tokenizer_class", "\"Plamo2Tokenizer\"")];

    /// <summary>Reads the file.</summary>
    /// <exception cref="ModelFormatException">Not JSON, or a known key of a wrong type.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TokenizerConfiguration Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Read(stream, path);
    }

    /// <summary>Reads from a stream.</summary>
    /// <param name="stream">UTF-8 JSON.</param>
    /// <param name="source">The file's name for errors.</param>
    /// <exception cref="ModelFormatException">Not JSON, or a known key of a wrong type.</exception>
    public static TokenizerConfiguration Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek && stream.Length > LargestFile)
        {
            throw new ModelFormatException(source, "size", $"at most {LargestFile} bytes", $"{stream.Length} bytes");
        }

        try
        {
            using var document = JsonDocument.Parse(stream);
            return Read(document.RootElement, source);
        }
        catch (JsonException exception)
        {
            throw new ModelFormatException(source, "content", "a JSON object", $"what is no JSON in line {exception.LineNumber + 1}", innerException: exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new ModelFormatException(source, "content", "well-formed Unicode in strings", "a lone surrogate", innerException: exception);
        }
    }

    /// <summary>Writes the file.</summary>
    /// <param name="stream">Where to write; it is neither flushed to disk nor closed.</param>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var content = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("add_bos_token", AddBosToken);
            writer.WriteBoolean("add_eos_token", AddEosToken);
            writer.WriteString("bos_token", BosToken);
            writer.WriteString("eos_token", EosToken);
            writer.WriteString("pad_token", PadToken);
            writer.WriteString("unk_token", UnkToken);
            foreach (var (key, json) in OtherKeys)
            {
                writer.WritePropertyName(key);
                writer.WriteRawValue(json);
            }

            writer.WriteEndObject();
        }

        content.Write("\n"u8);
        stream.Write(content.WrittenSpan);
    }

    /// <summary>The id of a special token, or null when it has no text or the vocabulary lacks it and need not have it.</summary>
    internal int? IdOf(TokenizerFile file, string key, string? text, bool required)
    {
        var id = text is null ? null : file.IdOf(text);
        return id is null && required
            ? throw new ModelFormatException(Source, key, $"a text of {file.Source}", text is null ? "none" : $"'{text}'")
            : id;
    }

    private static TokenizerConfiguration Read(JsonElement root, string source)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFormatException(source, "content", "a JSON object", Describe(root));
        }

        var configuration = new TokenizerConfiguration { Source = source };
        var others = new List<KeyValuePair<string, string>>();
        foreach (var property in root.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "add_bos_token":
                    configuration = configuration with { AddBosToken = Flag(property, source) };
                    break;
                case "add_eos_token":
                    configuration = configuration with { AddEosToken = Flag(property, source) };
                    break;
                case "bos_token":
                    configuration = configuration with { BosToken = Token(property, source) };
                    break;
                case "eos_token":
                    configuration = configuration with { EosToken = Token(property, source) };
                    break;
                case "pad_token":
                    configuration = configuration with { PadToken = Token(property, source) };
                    break;
                case "unk_token":
                    configuration = configuration with { UnkToken = Token(property, source) };
                    break;
                default:
                    others.Add(new(property.Name, value.GetRawText()));
                    break;
            }
        }

        return configuration with { OtherKeys = others };
    }

    private static bool Flag(JsonProperty property, string source) => property.Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw new ModelFormatException(source, property.Name, "true or false", Describe(property.Value)),
    };

    /// <summary>A special token is a string, or an object with its text under "content", or null.</summary>
    private static string? Token(JsonProperty property, string source) => property.Value.ValueKind switch
    {
        JsonValueKind.String => property.Value.GetString(),
        JsonValueKind.Null => null,
        JsonValueKind.Object when property.Value.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String => content.GetString(),
        _ => throw new ModelFormatException(source, property.Name, "a string, null, or an object with a string \"content\"", Describe(property.Value)),
    };

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => value.GetRawText(),
    };
}
