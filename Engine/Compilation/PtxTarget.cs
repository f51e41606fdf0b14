namespace PlamoNative.Compilation;

/// <summary>
/// An architecture that kernels are compiled for. The PTX version is the lowest that has the target and what ILGPU writes, so that old drivers take the kernels: 7.4 (drivers from 470)
/// up to 8.6, where cache policies are the newest thing used; 7.8 (drivers from 520) for 8.9 and 9.0; 8.0 (drivers from 525) for 9.0a. A kernel with an instruction that needs more,
/// by <see cref="Engine.PtxInstructionAttribute.Isa"/>, has a higher one in its text: fp8 <c>mma</c> takes 8.4, drivers from 550.
/// </summary>
public sealed record PtxTarget
{
    private PtxTarget(string name, int major, int minor, int isaMajor, int isaMinor)
        => (Name, Major, Minor, IsaMajor, IsaMinor) = (name, major, minor, isaMajor, isaMinor);

    /// <summary>Every architecture, oldest first.</summary>
    public static IReadOnlyList<PtxTarget> All { get; } =
    [
        new("75", 7, 5, 7, 4), new("80", 8, 0, 7, 4), new("86", 8, 6, 7, 4), new("89", 8, 9, 7, 8), new("90", 9, 0, 7, 8), new("90a", 9, 0, 8, 0),
    ];

    /// <summary>The name that attributes and commands use: <c>80</c>, <c>90a</c>.</summary>
    public string Name { get; }

    /// <summary>The first number of the compute capability.</summary>
    public int Major { get; }

    /// <summary>The second number of the compute capability.</summary>
    public int Minor { get; }

    /// <summary>What stands after <c>.target</c>.</summary>
    public string Directive => "sm_" + Name;

    /// <summary>What stands after <c>.version</c> unless an instruction needs more.</summary>
    public string Isa => FormattableString.Invariant($"{IsaMajor}.{IsaMinor}");

    /// <summary>True for targets whose code runs on exactly one compute capability.</summary>
    public bool IsSpecific => Name.EndsWith('a');

    internal int IsaMajor { get; }

    internal int IsaMinor { get; }

    private int Order => (Major * 100) + (Minor * 10) + (IsSpecific ? 1 : 0);

    /// <summary>The target of a name.</summary>
    /// <param name="name">As <c>80</c> or <c>sm_80</c>.</param>
    /// <exception cref="ArgumentException">There is no such target; the message lists them.</exception>
    public static PtxTarget Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var plain = name.StartsWith("sm_", StringComparison.Ordinal) ? name[3..] : name;
        return All.FirstOrDefault(t => t.Name == plain)
            ?? throw new ArgumentException($"architecture '{name}' is none of {string.Join(", ", All.Select(t => t.Name))}", nameof(name));
    }

    /// <summary>
    /// The targets that a kernel is compiled for: all plain ones from its first on, or the one specific target that it names.
    /// </summary>
    /// <param name="first">The kernel's first architecture.</param>
    public static IEnumerable<PtxTarget> From(PtxTarget first)
    {
        ArgumentNullException.ThrowIfNull(first);
        return first.IsSpecific ? [first] : All.Where(t => !t.IsSpecific && t.Order >= first.Order);
    }

    /// <summary>Whether instructions of an architecture exist on this one.</summary>
    /// <param name="needed">The first architecture that has the instruction; a specific one is had by itself alone.</param>
    public bool Has(PtxTarget needed)
    {
        ArgumentNullException.ThrowIfNull(needed);
        return needed.IsSpecific ? needed == this : Order >= needed.Order;
    }

    /// <inheritdoc/>
    public override string ToString() => Directive;
}
