using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Sessions;

namespace PlamoNative.AotSmoke;

/// <summary>
/// What a program that uses the engine does, in four lines of output that do not depend on how the program was compiled: a test runs this in its own process and
/// in the one that was compiled ahead of time, and compares.
/// </summary>
internal static class Smoke
{
    /// <summary>Loads a model, continues a prompt greedily on the processor, counts the compiled kernels and asks for a GPU.</summary>
    internal static void Run(string folder, int[] prompt, int count, TextWriter output)
    {
        using (var device = DeviceCatalog.Open("cpu", threadCount: 1))
        using (var model = ModelLoader.Open(folder, device))
        using (var session = new PlamoSession(model))
        {
            var options = new GenerationOptions { MaxTokens = count, Temperature = 0, IgnoreEndOfText = true };
            var tokens = session.Generate(prompt, options).Select(token => token.Id).ToArray();
            output.WriteLine($"tokens: {string.Join(' ', tokens)}");

            // Tokens can agree by luck; the bits of every logit after all of them cannot.
            var logits = SHA256.HashData(MemoryMarshal.AsBytes(session.Append(tokens[^1])));
            output.WriteLine($"logits: {Convert.ToHexStringLower(logits)}");
        }

        // The kernels are a resource of an assembly that no code refers to: it must have survived trimming.
        output.WriteLine($"kernels: {KernelLibrary.Default.Kernels.Count}");
        output.WriteLine($"gpu: {DescribeGpu()}");
    }

    private static string DescribeGpu()
    {
        try
        {
            using var device = DeviceCatalog.Open("cuda:0");
            return device.Description;
        }
        catch (DeviceUnavailableException absent)
        {
            return absent.Message;
        }
    }
}
