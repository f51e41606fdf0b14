using System.CommandLine;

namespace PlamoNative.Cli.Verbs;

/// <summary>One verb: its options and its work. An instance is made only when its verb is on the command line.</summary>
internal abstract class Verb
{
    /// <summary>The options of this verb alone, in the order of its help.</summary>
    internal abstract IEnumerable<Option> Options { get; }

    /// <summary>What stands after the verb without a name of an option; most verbs have none.</summary>
    internal virtual IEnumerable<Argument> Arguments => [];

    /// <summary>Does the work. Bad input throws before <see cref="VerbContext.Accept"/>; the result is an exit code.</summary>
    internal abstract int Run(VerbContext context);
}
