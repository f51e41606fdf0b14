using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using PlamoNative.Engine;

namespace PlamoNative.Bench;

/// <summary>The passport of a run.</summary>
/// <param name="Cpu">The processor's own name.</param>
/// <param name="InstructionSet">What kernels use in this process.</param>
/// <param name="Processors">Logical processors that this process sees.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="OperatingSystem">Kernel or product name.</param>
/// <param name="Revision">Version of the assemblies, with the commit where the build knew it.</param>
internal sealed record BenchEnvironment(string Cpu, string InstructionSet, int Processors, string Runtime, string OperatingSystem, string Revision)
{
    /// <summary>Where the kernels ran: <c>cpu</c>, or a GPU's product name with its driver.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Version of the other engine of a race, as it names itself.</summary>
    public string? Peer { get; init; }

    /// <summary>This process.</summary>
    public static BenchEnvironment Current { get; } = new(
        CpuInfo.ModelName,
        CpuInfo.InstructionSet,
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        typeof(CpuDevice).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    /// <summary>One line for the top of a table.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{(Device == "cpu" ? "" : $"device: {Device}; ")}cpu: {Cpu}, {InstructionSet}, {Processors} logical processors; {Runtime}; {OperatingSystem}; PlamoNative {Revision}{(Peer is null ? "" : $"; peer: {Peer}")}");

    /// <summary>Folder name for this kind of machine: the GPU's name, or the processor's and its instruction set, in lower case and dashes.</summary>
    public string FolderName()
    {
        var letters = (Device == "cpu" ? $"{Cpu} {InstructionSet}" : Device.Split(',')[0]).Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-');
        return string.Join('-', string.Concat(letters).Split('-', StringSplitOptions.RemoveEmptyEntries));
    }
}
