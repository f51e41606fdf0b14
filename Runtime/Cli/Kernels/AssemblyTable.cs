using System.Text.Json;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Kernels;

/// <summary>What the assembler made of a kernel for one architecture.</summary>
/// <param name="Sha256">The PTX that was assembled.</param>
/// <param name="Registers">32-bit registers a thread.</param>
/// <param name="SharedBytes">Static shared memory a block.</param>
/// <param name="StackBytes">Local memory a thread.</param>
/// <param name="SpillBytes">Bytes stored and loaded by spilling.</param>
/// <param name="Found">The expected machine instructions and how many there are.</param>
internal sealed record AssembledKernel(string Sha256, int Registers, int SharedBytes, int StackBytes, int SpillBytes, IReadOnlyList<KeyValuePair<string, int>> Found);

/// <summary>
/// The assembler's report of all shipped kernels, a resource beside them: <c>{"kernels": [{"name", "architecture", "sha256", "registers", "shared_bytes", "stack_bytes",
/// "spill_bytes", "found": {opcode: count}}]}</c>. The tests of the assembly write it and fail when it is stale.
/// </summary>
internal sealed class AssemblyTable
{
    internal const string ResourceName = "assembly.json";

    private readonly Dictionary<(string Name, string Architecture), AssembledKernel> _kernels = [];

    /// <summary>The report of this very text, or null where there is none.</summary>
    internal AssembledKernel? Find(KernelManifest kernel) =>
        _kernels.GetValueOrDefault((kernel.Name, kernel.Architecture.ToString())) is { } assembled && assembled.Sha256 == kernel.Sha256 ? assembled : null;

    /// <summary>Reads the JSON; null gives an empty table.</summary>
    /// <exception cref="ModelFormatException">It is not of this form.</exception>
    internal static AssemblyTable Read(Stream? json)
    {
        var table = new AssemblyTable();
        if (json is null)
        {
            return table;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var kernel in document.RootElement.GetProperty("kernels").EnumerateArray())
            {
                var found = kernel.GetProperty("found").EnumerateObject().Select(static entry => KeyValuePair.Create(entry.Name, entry.Value.GetInt32()));
                table._kernels[(Text(kernel, "name"), Text(kernel, "architecture"))] = new AssembledKernel(
                    Text(kernel, "sha256"), Number(kernel, "registers"), Number(kernel, "shared_bytes"), Number(kernel, "stack_bytes"), Number(kernel, "spill_bytes"), [.. found]);
            }
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelFormatException(ResourceName, "kernels", "the assembler's report of each kernel", failure.Message, innerException: failure);
        }

        return table;
    }

    private static string Text(JsonElement kernel, string name) => kernel.GetProperty(name).GetString() ?? "";

    private static int Number(JsonElement kernel, string name) => kernel.GetProperty(name).GetInt32();
}
