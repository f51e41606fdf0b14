namespace PlamoNative.Training.Configuration;

/// <summary>The words of a configuration for the values of an enumeration.</summary>
internal sealed class ChoiceNames<T>(params (T Value, string Name)[] names)
    where T : struct, Enum
{
    internal IEnumerable<string> All => names.Select(static pair => pair.Name);

    /// <summary>The value of a word, or null.</summary>
    internal T? Find(string name)
    {
        foreach (var pair in names)
        {
            if (pair.Name == name)
            {
                return pair.Value;
            }
        }

        return null;
    }

    internal string Of(T value) => names.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Name;
}
