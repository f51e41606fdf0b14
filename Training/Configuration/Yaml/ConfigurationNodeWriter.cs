using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PlamoNative.Training.Configuration;

/// <summary>Writes a tree as YAML that reads back as the same tree, places aside.</summary>
internal static class ConfigurationNodeWriter
{
    private const int LongestLine = 4096;

    internal static string Write(ConfigurationNode root)
    {
        var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: LongestLine, isCanonical: false, maxSimpleKeyLength: 128, newLine: "\n"));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Write(Emitter emitter, ConfigurationNode node)
    {
        switch (node.Kind)
        {
            case ConfigurationNodeKind.Mapping:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, node.Entries.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var entry in node.Entries)
                {
                    emitter.Emit(ScalarOf(entry.Key, IsWord(entry.Key) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted));
                    Write(emitter, entry.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case ConfigurationNodeKind.List:
                var isFlat = node.Items.All(static item => item.Kind == ConfigurationNodeKind.Scalar && !item.IsQuoted);
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, isFlat ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in node.Items)
                {
                    Write(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            default:
                emitter.Emit(ScalarOf(node.Text, node.IsQuoted && !IsWord(node.Text) ? ScalarStyle.DoubleQuoted : ScalarStyle.Plain));
                break;
        }
    }

    private static Scalar ScalarOf(string text, ScalarStyle style) =>
        new(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: style == ScalarStyle.Plain, isQuotedImplicit: style != ScalarStyle.Plain);

    /// <summary>Texts that no reader of YAML takes for a number, a truth or nothing, quotes or not.</summary>
    private static bool IsWord(string text) =>
        text.Length > 0
        && (char.IsAsciiLetterLower(text[0]) || text[0] is '/')
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '/' or '.')
        && text is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
}
