using System.Text;

namespace PlamoNative.Bench;

/// <summary>
/// The characters (Unicode scalar values) of a text, those that occur once gathered in one symbol for all rare ones: what follows what is learned for it like for any other.
/// A rare character costs its symbol and its spelling.
/// </summary>
internal sealed class CharacterVocabulary
{
    private readonly Dictionary<Rune, int> _ids = [];

    /// <summary>Takes the characters of texts.</summary>
    public CharacterVocabulary(IEnumerable<string> texts)
    {
        var counts = new SortedDictionary<Rune, int>();
        foreach (var rune in texts.SelectMany(static text => text.EnumerateRunes()))
        {
            counts[rune] = counts.GetValueOrDefault(rune) + 1;
        }

        foreach (var rune in counts.Where(static pair => pair.Value > 1).Select(static pair => pair.Key))
        {
            _ids.Add(rune, _ids.Count + 1);
        }

        Spelling = new ByteSpelling(counts.Where(static pair => pair.Value == 1).Select(static pair => pair.Key));
    }

    /// <summary>The symbol of all rare characters.</summary>
    public const int Rare = 0;

    /// <summary>Symbols, the rare ones' among them.</summary>
    public int Count => _ids.Count + 1;

    /// <summary>How rare characters are spelled.</summary>
    public ByteSpelling Spelling { get; }

    /// <summary>The symbols of a text.</summary>
    public int[] Encode(string text) => [.. text.EnumerateRunes().Select(rune => _ids.GetValueOrDefault(rune, Rare))];

    /// <summary>Bits that the spelling of the rare characters of a text adds, and how many there are.</summary>
    public (double Bits, int Characters) Spell(string text)
    {
        Rune[] rare = [.. text.EnumerateRunes().Where(rune => !_ids.ContainsKey(rune))];
        return (rare.Sum(Spelling.Bits), rare.Length);
    }
}
