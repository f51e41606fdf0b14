using System.Globalization;

namespace PlamoNative.Training.Configuration;

/// <summary>A mapping in the making: the other direction of <see cref="ConfigurationSection"/>. Keys stand in the order of the calls.</summary>
internal sealed class ConfigurationBuilder
{
    private const string Location = "configuration";

    private readonly List<ConfigurationEntry> _entries = [];

    internal ConfigurationNode Build() => ConfigurationNode.Mapping(Location, _entries);

    /// <summary>A text; the key is left out where there is none.</summary>
    internal ConfigurationBuilder Text(string key, string? value) => value is null ? this : Add(key, Quoted(value));

    internal ConfigurationBuilder Texts(string key, IEnumerable<string> values) => Add(key, ConfigurationNode.List(Location, [.. values.Select(Quoted)]));

    /// <summary>A number; null says that it is off.</summary>
    internal ConfigurationBuilder Number(string key, double? value) => Add(key, Plain(Format(value)));

    internal ConfigurationBuilder Numbers(string key, IEnumerable<double> values) =>
        Add(key, ConfigurationNode.List(Location, [.. values.Select(static value => Plain(Format(value)))]));

    internal ConfigurationBuilder Integer(string key, long? value) => Add(key, Plain(value?.ToString(CultureInfo.InvariantCulture) ?? "null"));

    internal ConfigurationBuilder Unsigned(string key, ulong value) => Add(key, Plain(value.ToString(CultureInfo.InvariantCulture)));

    internal ConfigurationBuilder Flag(string key, bool value) => Add(key, Plain(value ? "true" : "false"));

    internal ConfigurationBuilder Choice<T>(string key, T value, ChoiceNames<T> names)
        where T : struct, Enum => Add(key, Plain(names.Of(value)));

    internal ConfigurationBuilder Duration(string key, TimeSpan? value) => Add(key, Plain(value is { } duration ? DurationText.Of(duration) : "null"));

    internal ConfigurationBuilder Section(string key, Action<ConfigurationBuilder> write)
    {
        var section = new ConfigurationBuilder();
        write(section);
        return Add(key, section.Build());
    }

    internal ConfigurationBuilder Sections<T>(string key, IEnumerable<T> values, Action<T, ConfigurationBuilder> write) =>
        Add(key, ConfigurationNode.List(Location, [.. values.Select(value =>
        {
            var section = new ConfigurationBuilder();
            write(value, section);
            return section.Build();
        })]));

    /// <summary>Any value.</summary>
    internal ConfigurationBuilder Add(string key, ConfigurationNode value)
    {
        _entries.Add(new ConfigurationEntry(key, Location, value));
        return this;
    }

    private static ConfigurationNode Plain(string text) => ConfigurationNode.Scalar(Location, text, isQuoted: false);

    private static ConfigurationNode Quoted(string text) => ConfigurationNode.Scalar(Location, text, isQuoted: true);

    /// <summary>The shortest decimal that reads back as the same number.</summary>
    private static string Format(double? value) =>
        value is { } number ? number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e') : "null";
}
