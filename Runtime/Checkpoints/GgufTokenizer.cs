using System.Globalization;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>A tokenizer in a GGUF's metadata: texts, scores and types by id, and which tokens begin and end documents.</summary>
internal static class GgufTokenizer
{
    /// <summary>Score of a row that only fills the vocabulary, as llama.cpp's converter writes it.</summary>
    private const float PaddingScore = -1000;

    /// <summary>Reads it; null when the file holds none.</summary>
    internal static PlamoTokenizer? Read(GgufFile file)
    {
        if (!file.TryGetValue(GgufKeys.Tokens, out var tokens))
        {
            return null;
        }

        var model = file.GetValue(GgufKeys.TokenizerModel).ToText();
        if (model != GgufKeys.Plamo2)
        {
            throw new Engine.ModelFormatException(file.Path, GgufKeys.TokenizerModel, GgufKeys.Plamo2, model);
        }

        var texts = tokens.ToTexts();
        var scores = file.GetValue(GgufKeys.Scores).ToSingles();
        var types = file.GetValue(GgufKeys.TokenTypes).ToInt64s();
        var vocabulary = TokenizerFile.Create(
            file.Path,
            texts,
            [.. scores.Select(Shortest)],
            [.. types.Select(static type => type is >= int.MinValue and <= int.MaxValue ? (TokenType)(int)type : (TokenType)(-1))]);
        return new PlamoTokenizer(vocabulary, new TokenizerConfiguration
        {
            Source = file.Path,
            AddBosToken = Flag(file, GgufKeys.AddBos, missing: true),
            AddEosToken = Flag(file, GgufKeys.AddEos, missing: false),
            BosToken = TextOf(file, GgufKeys.BosId, texts),
            EosToken = TextOf(file, GgufKeys.EosId, texts),
            PadToken = TextOf(file, GgufKeys.PadId, texts),
            UnkToken = TextOf(file, GgufKeys.UnknownId, texts),
        });
    }

    /// <summary>Writes it, filled up to the model's vocabulary.</summary>
    internal static void Write(GgufMetadata metadata, PlamoTokenizer tokenizer, Plamo2Configuration configuration)
    {
        var file = tokenizer.File;
        var texts = new string[configuration.VocabSize];
        var scores = new float[texts.Length];
        var types = new int[texts.Length];
        for (var id = 0; id < texts.Length; id++)
        {
            var isRow = id < file.Count;
            texts[id] = isRow ? file.Texts[id] : PaddingText(file, id);
            scores[id] = isRow ? (float)file.Scores[id] : PaddingScore;
            types[id] = (int)(isRow ? file.Types[id] : TokenType.Unused);
        }

        metadata.Add(GgufKeys.TokenizerModel, GgufKeys.Plamo2).Add(GgufKeys.TokenizerPre, "default")
            .Add(GgufKeys.Tokens, texts).Add(GgufKeys.Scores, scores).Add(GgufKeys.TokenTypes, types);
        AddId(metadata, GgufKeys.BosId, tokenizer.BosId ?? configuration.BosTokenId);
        AddId(metadata, GgufKeys.EosId, tokenizer.EosId ?? (configuration.EosTokenIds is [var eos, ..] ? eos : null));
        AddId(metadata, GgufKeys.PadId, tokenizer.PadId ?? configuration.PadTokenId);
        AddId(metadata, GgufKeys.UnknownId, file.UnknownId);
        AddId(metadata, GgufKeys.EotId, file.IdOf("<|plamo:op|>"));
        metadata.Add(GgufKeys.AddSpacePrefix, false)
            .Add(GgufKeys.AddBos, tokenizer.Configuration.AddBosToken)
            .Add(GgufKeys.AddEos, tokenizer.Configuration.AddEosToken);
    }

    /// <summary>The shortest decimal of a score that was rounded to float32: what was meant, so that costs in ten-thousandths come out as before.</summary>
    private static double Shortest(float score) =>
        float.IsFinite(score) ? double.Parse(score.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : score;

    private static bool Flag(GgufFile file, string key, bool missing) => file.TryGetValue(key, out var value) ? value.ToBoolean() : missing;

    private static string? TextOf(GgufFile file, string key, string[] texts)
    {
        if (!file.TryGetValue(key, out var value))
        {
            return null;
        }

        var id = value.ToInt64();
        return id >= 0 && id < texts.Length
            ? texts[id]
            : throw new Engine.ModelFormatException(file.Path, key, FormattableString.Invariant($"an id below {texts.Length}"), id.ToString(CultureInfo.InvariantCulture));
    }

    private static string PaddingText(TokenizerFile file, int id)
    {
        var text = FormattableString.Invariant($"[PAD{id}]");
        while (file.IdOf(text) is not null)
        {
            text = $"[{text}]";
        }

        return text;
    }

    private static void AddId(GgufMetadata metadata, string key, int? id)
    {
        if (id is >= 0)
        {
            metadata.Add(key, (uint)id.Value);
        }
    }
}
