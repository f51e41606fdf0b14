namespace PlamoNative.Engine;

/// <summary>
/// Says what a method stands for in PTX, so that a kernel reaches an instruction the language has no word for. The method is static, also carries ILGPU's
/// <c>[IntrinsicImplementation]</c>, takes and returns numbers, <c>bool</c> or structs of them, and takes addresses as <c>ref</c> to an element of a view. Its C# body is never
/// compiled: it states the meaning where a lone thread can have it, otherwise it throws.
/// </summary>
/// <remarks>
/// In the template <c>$r</c> is the result, <c>$r.2</c> its third register, <c>$r*</c> all of them with commas; <c>$0</c>, <c>$0.2</c>, <c>$0*</c> the same of the first
/// argument (an address for a <c>ref</c>); <c>$0:space</c> the address's state space with its dot, or nothing where it is generic; <c>$0!</c> an argument that has to be a
/// constant, as an immediate; <c>$id</c> a number that no other call has, for labels; <c>$$</c> a dollar. Several instructions are separated by semicolons; registers of its own
/// stand in braces: <c>{ .reg .pred p; setp.ne.s32 p, $1, 0; ... }</c>.
/// </remarks>
/// <param name="template">PTX with the placeholders above.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PtxInstructionAttribute(string template) : Attribute
{
    /// <summary>PTX with placeholders.</summary>
    public string Template { get; } = template;

    /// <summary>The first architecture that has it (<c>75</c>, <c>80</c>, <c>89</c>, <c>90</c>, <c>90a</c>): a kernel declared for less does not compile.</summary>
    public string Architecture { get; init; } = "75";

    /// <summary>
    /// The lowest PTX version that has it (<c>8.4</c>), where that is above the first one of its architecture (7.4 up to 8.6, 7.8 for 8.9 and 9.0, 8.0 for 9.0a); otherwise empty.
    /// A kernel's text asks for the highest version that one of its instructions needs, and no more, since a driver refuses texts newer than itself.
    /// </summary>
    public string Isa { get; init; } = "";

    /// <summary>The state space that the addresses must be known to be in (<c>shared</c>, <c>global</c>), or one for each with commas; empty where any will do.</summary>
    public string Space { get; init; } = "";

    /// <summary>Index of an argument whose registers are copied into the result's before the instruction, which then updates <c>$r*</c> in place; -1 for none.</summary>
    public int InPlace { get; init; } = -1;
}
