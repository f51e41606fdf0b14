using System.Runtime.InteropServices;

namespace PlamoNative.PtxEmulator.Tests;

/// <summary>Small kernels from a few lines of PTX, and what they leave in memory.</summary>
internal static class TestKernels
{
    internal const string Header = ".version 8.3\n.target sm_90a\n.address_size 64\n";

    /// <summary>A kernel <c>k(out, in)</c>: %rd1 is the output, %rd2 the input, %r1 the thread, %rd3 its byte offset in 32-bit elements, %r2 the block.</summary>
    internal static string Kernel(string body, string before = "", string directives = "") => $$"""
        {{Header}}{{before}}
        .visible .entry k(.param .u64 out, .param .u64 in) {{directives}}
        {
        .reg .pred %p<20>; .reg .b16 %rs<40>; .reg .b32 %r<200>; .reg .f32 %f<200>; .reg .b64 %rd<60>; .reg .f64 %fd<20>;
        ld.param.u64 %rd1, [out];
        ld.param.u64 %rd2, [in];
        mov.u32 %r1, %tid.x;
        mov.u32 %r2, %ctaid.x;
        mul.wide.u32 %rd3, %r1, 4;
        {{body}}
        ret;
        }
        """;

    /// <summary>Runs a kernel over 32-bit words; the output has as many as the largest of 32 and <paramref name="outputWords"/>.</summary>
    internal static (uint[] Output, LaunchResult Result) Run(
        string ptx, int threads = 32, uint[]? input = null, int blocks = 1, int outputWords = 1024, int dynamicShared = 0, MachineOptions? options = null)
    {
        var machine = new Machine(options ?? new() { Workers = 2 });
        var output = machine.Memory.Allocate(outputWords * 4);
        var data = input ?? new uint[256];
        var source = machine.Memory.Allocate(data.Length * 4);
        machine.Memory.Write(source, MemoryMarshal.AsBytes(data.AsSpan()));
        var result = machine.Launch(machine.Load(ptx).Kernel("k"), new(blocks), new(threads), dynamicShared, MemoryMarshal.AsBytes<ulong>(new[] { output, source }));
        var words = new uint[outputWords];
        machine.Memory.Read(output, MemoryMarshal.AsBytes(words.AsSpan()));
        return (words, result);
    }
}
