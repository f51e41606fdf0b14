namespace PlamoNative.Training.Synthetic;

/// <summary>A verb, with its object if it has one, in the forms that stories need.</summary>
internal sealed class Verb
{
    private Verb(string dictionary, string stem, string te, string past, string negative)
    {
        Dictionary = dictionary;
        Stem = stem;
        Te = te;
        Past = past;
        Negative = negative;
    }

    /// <summary>遊ぶ.</summary>
    internal string Dictionary { get; }

    /// <summary>遊び, before ます and たい.</summary>
    internal string Stem { get; }

    /// <summary>遊んで.</summary>
    internal string Te { get; }

    /// <summary>遊んだ.</summary>
    internal string Past { get; }

    /// <summary>遊ば, before ない.</summary>
    internal string Negative { get; }

    /// <summary>A verb of five rows: 書く, 泳ぐ, 話す, 待つ, 死ぬ, 遊ぶ, 読む, 取る, 買う, and 行く with its own te form.</summary>
    internal static Verb Godan(string dictionary)
    {
        var root = dictionary[..^1];
        var (i, a, te, past) = dictionary[^1] switch
        {
            'う' => ("い", "わ", "って", "った"),
            'く' when dictionary.EndsWith("行く", StringComparison.Ordinal) => ("き", "か", "って", "った"),
            'く' => ("き", "か", "いて", "いた"),
            'ぐ' => ("ぎ", "が", "いで", "いだ"),
            'す' => ("し", "さ", "して", "した"),
            'つ' => ("ち", "た", "って", "った"),
            'ぬ' => ("に", "な", "んで", "んだ"),
            'ぶ' => ("び", "ば", "んで", "んだ"),
            'む' => ("み", "ま", "んで", "んだ"),
            'る' => ("り", "ら", "って", "った"),
            var ending => throw new ArgumentException($"no verb of five rows ends with {ending}", nameof(dictionary)),
        };
        return new Verb(dictionary, root + i, root + te, root + past, root + a);
    }

    /// <summary>A verb of one row: 食べる.</summary>
    internal static Verb Ichidan(string dictionary)
    {
        var root = dictionary[..^1];
        return new Verb(dictionary, root, root + "て", root + "た", root);
    }

    /// <summary>くる after a te form: 持ってくる.</summary>
    internal static Verb Kuru(string dictionary)
    {
        var root = dictionary[..^2];
        return new Verb(dictionary, root + "き", root + "きて", root + "きた", root + "こ");
    }

    /// <summary>する, alone or after a noun: 散歩をする.</summary>
    internal static Verb Suru(string dictionary)
    {
        var root = dictionary[..^2] + "し";
        return new Verb(dictionary, root, root + "て", root + "た", root);
    }
}
