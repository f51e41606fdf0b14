namespace PlamoNative.Assembly.Tests;

/// <summary>A PTX text with one entry, to be assembled for one architecture.</summary>
/// <param name="Kernel">The kernel's name, for messages.</param>
/// <param name="Entry">The entry's name in the text.</param>
/// <param name="Architecture">The number after <c>sm_</c>: <c>80</c>, <c>90a</c>.</param>
/// <param name="Text">The PTX.</param>
internal sealed record PtxUnit(string Kernel, string Entry, string Architecture, string Text);

/// <summary>What the assembler said of an entry, and its machine code.</summary>
/// <param name="Unit">What was assembled.</param>
/// <param name="Resources">Registers, memory, spills; null where it did not assemble.</param>
/// <param name="Errors">Errors, each with the file's line.</param>
/// <param name="Warnings">Warnings and notices of lost performance that name this entry.</param>
/// <param name="Code">The machine code; empty where it did not assemble.</param>
internal sealed record AssembledUnit(PtxUnit Unit, EntryResources? Resources, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, SassListing Code);

/// <summary>An entry's line of <c>ptxas -v</c>.</summary>
/// <param name="Registers">32-bit registers a thread.</param>
/// <param name="StackBytes">Local memory a thread, spills included.</param>
/// <param name="SpillStoreBytes">Bytes stored by spilling.</param>
/// <param name="SpillLoadBytes">Bytes loaded back.</param>
/// <param name="SharedBytes">Static shared memory a block.</param>
internal sealed record EntryResources(int Registers, int StackBytes, int SpillStoreBytes, int SpillLoadBytes, int SharedBytes);
