using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Assembly.Tests;

/// <summary>The gate: every shipped kernel, for each architecture that it is declared for, through the real assembler and all rules.</summary>
public sealed class ShippedKernelTests
{
    // Portable kernels are there from sm_75 on; a later one begins at its own.
    private static readonly string[] Portable = ["75", "80", "86", "89", "90"];

    public static TheoryData<string> Names => [.. KernelLibrary.Default.Kernels.Select(static kernel => kernel.Name).Distinct().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kernel_assembles_for_each_of_its_architectures_and_keeps_every_rule(string name)
    {
        var complaints = ShippedKernels.All().Where(kernel => kernel.Manifest.Name == name)
            .SelectMany(static kernel => kernel.Complaints().Select(complaint => $"{kernel.Manifest.Name} for {kernel.Manifest.Architecture.Target}: {complaint}")).ToArray();
        Assert.True(complaints.Length == 0, string.Join('\n', complaints));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kernel_is_there_for_every_architecture_from_its_first_on(string name)
    {
        var targets = KernelLibrary.Default.Kernels.Where(kernel => kernel.Name == name).Select(static kernel => kernel.Architecture.ToString()).Order(StringComparer.Ordinal).ToArray();
        Assert.True(
            targets is ["90a"] || (targets.Length is > 0 and <= 5 && Portable[^targets.Length..].SequenceEqual(targets)),
            $"{name}: expected 90a alone or an end of {string.Join(", ", Portable)}, found {string.Join(", ", targets)}");
    }
}
