using System.Text;

namespace PlamoNative.Bench.Peers;

/// <summary>The texts whose token ids are compared: a literal list of the cases that tokenizers get wrong, and generated ones of every kind of mixture.</summary>
internal static class ComparedStrings
{
    private static readonly string[] Literal =
    [
        "", "a", " ", "  ", "   ", "        ", "\n", "\r\n", "\t", "\0", "\u0001\u001f", "\u007f\u0080\u009f", "a\0b", "0", "007", "3.14159", "1,000,000",
        "Hello, world!", "The quick brown fox jumps over the lazy dog.", "don't", "e.g.", "C#", "x = y + z;", "for (var i = 0; i < 10; i++) { }", "#!/bin/sh\nexit 0\n",
        "https://example.com/a?b=c&d=%20", "user@example.com", "<html>", "</s>", "<s>", "<unk>", "<0x41>", "<0x0A>", "<0xFF>", "▁", "▁a▁b",
        "吾輩は猫である。", "名前はまだ無い。", "東京特許許可局", "すもももももももものうち", "カタカナ", "ｶﾀｶﾅ", "ＦＵＬＬ　ＷＩＤＴＨ", "「こんにちは」と彼は言った。", "漢字とkanjiのmix",
        "2026年11月24日（火）", "１２３４５", "㈱㍻㌔", "ー", "〜", "…", "々々", "ヷヸヹヺ", "\u3000", "\u3000\u3000字下げ", "あ\u3099", "が", "か\u3099", "é", "e\u0301",
        "𠮷野家", "𩸽", "😀", "😀😁😂", "👩\u200d👩\u200d👧\u200d👦", "👍🏽", "🇯🇵", "☃️", "a😀b", "猫😀犬", "𝒜𝓑", "\u200b", "a\ufeffb", "\ufffd", "\u2028\u2029", "\ue000", "\ufdd0",
        "עברית", "العربية", "हिन्दी", "ไทย", "한국어", "Ελληνικά", "Русский", "ﬁ", "½", "①②③", "∀x∈ℝ", "™®©", "\u0301", "\u202eabc\u202c",
        "aaaaaaaaaaaaaaaaaaaa", "ああああああああああああああああああああ", "------------------------------", "w w w w w w", "\n\n\n\n\n", " a", "a ", " a ", "a  b", "a   b", "a\u00a0b",
        "{\"key\": [1, 2, null]}", "| a | b |\n|---|---|", "**bold** _it_ `code`", "I'm 25 years old. You're 30.", "ÀÉÎÕÜ", "ß", "İi", "Ǆ",
    ];

    private static readonly string[] Control =
    [
        "<|plamo:bos|>", "<|plamo:eos|>", "<|plamo:unk|>", "<|plamo:op|>", "a<|plamo:bos|>b", "<|plamo:bos|><|plamo:eos|>", "終わり<|plamo:eos|>", "<|plamo:reserved:0x05|>",
        "<|plamo:nosuch|>", "<|plamo:bos|", "<<|plamo:pad|>>",
    ];

    /// <summary>Texts without a control token's spelling: at least 200.</summary>
    public static IReadOnlyList<string> Plain() => [.. Literal, .. Generated()];

    /// <summary>Texts that begin with U+FEFF, which llama.cpp drops and the published tokenizer keeps.</summary>
    public static IReadOnlyList<string> WithByteOrderMark() => ["\ufeff", "\ufeffabc", "\ufeff猫", "\ufeff\ufeff"];

    /// <summary>Texts that spell control tokens.</summary>
    public static IReadOnlyList<string> WithControlTokens() => Control;

    private static IEnumerable<string> Generated()
    {
        var random = new Random(20);
        var prose = SyntheticJapanese.Create(20_000, 5);
        for (var i = 0; i < 40; i++)
        {
            yield return prose.Substring(random.Next(prose.Length - 400), 1 + (i * 9));
        }

        var pools = new Func<string>[]
        {
            () => ((char)random.Next(0x20, 0x7f)).ToString(),
            () => ((char)random.Next(0x3041, 0x3097)).ToString(),
            () => ((char)random.Next(0x4e00, 0x9fff)).ToString(),
            () => char.ConvertFromUtf32(random.Next(0x1f300, 0x1f700)),
            () => char.ConvertFromUtf32(random.Next(0x20000, 0x2a6df)),
            () => ((char)random.Next(0x00, 0x20)).ToString(),
            () => new string(' ', random.Next(1, 12)),
            () => ((char)random.Next(0xa0, 0x2000)).ToString(),
            () => char.ConvertFromUtf32(random.Next(0xe000, 0x10ffff)),
        };
        for (var i = 0; i < 80; i++)
        {
            var text = new StringBuilder();
            for (var j = random.Next(1, 60); j > 0; j--)
            {
                text.Append(pools[i < 18 ? i / 2 : random.Next(pools.Length)]());
            }

            yield return text.ToString();
        }

        foreach (var unit in new[] { "a", "ab ", "猫", "あい", "😀", " ", "\n", "0", "ha", "www" })
        {
            yield return string.Concat(Enumerable.Repeat(unit, 1000));
        }
    }
}
