using System.Globalization;
using System.Text;

namespace PlamoNative.Assembly.Tests;

/// <summary>Writes Kernels/Compiled/assembly.json, which travels with the kernels so that <c>plamo kernels list</c> knows the assembler's report where there is no assembler.</summary>
internal static class AssemblyTableFile
{
    internal static string Write(IReadOnlyList<ShippedKernel> kernels)
    {
        var text = new StringBuilder("{\"kernels\": [\n");
        for (var i = 0; i < kernels.Count; i++)
        {
            var (manifest, resources) = (kernels[i].Manifest, kernels[i].Assembled.Resources ?? new EntryResources(0, 0, 0, 0, 0));
            var found = string.Join(", ", KernelPage.Found(kernels[i]).Select(static entry => string.Create(CultureInfo.InvariantCulture, $"\"{entry.Key}\": {entry.Value}")));
            text.Append(CultureInfo.InvariantCulture, $"{{\"name\": \"{manifest.Name}\", \"architecture\": \"{manifest.Architecture}\", \"registers\": {resources.Registers}, \"shared_bytes\": {resources.SharedBytes}, ")
                .Append(CultureInfo.InvariantCulture, $"\"stack_bytes\": {resources.StackBytes}, \"spill_bytes\": {resources.SpillStoreBytes + resources.SpillLoadBytes}, \"found\": {{{found}}}, \"sha256\": \"{manifest.Sha256}\"}}")
                .Append(i + 1 < kernels.Count ? ",\n" : "\n");
        }

        return text.Append("]}\n").ToString();
    }
}
