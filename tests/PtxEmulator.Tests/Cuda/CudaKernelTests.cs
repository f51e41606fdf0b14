using System.Buffers.Binary;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>PTX that nvcc made of CUDA C++, and PTX in the manner of Triton's, gives what C# computes, and nothing is found wrong in it.</summary>
public sealed class CudaKernelTests
{
    public static TheoryData<string> Names => [.. CudaCase.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kernel_of_another_compiler_gives_what_the_CPU_gives(string name)
    {
        var test = CudaCase.All[name]();
        var machine = new Machine();
        var result = Run(machine, test);
        Assert.True(result.Findings.Count == 0, string.Join('\n', result.Findings));
        Assert.True(result.Counts.ThreadInstructions > 0);
        test.Check();
    }

    // The same without checks: another path through the interpreter.
    [Theory]
    [MemberData(nameof(Names))]
    public void And_so_it_does_without_checks_and_on_one_worker(string name)
    {
        var test = CudaCase.All[name]();
        Run(new Machine(new MachineOptions { Checks = false, Workers = 1 }), test);
        test.Check();
    }

    internal static string Text(string file) => File.ReadAllText(PathOf(file));

    internal static string PathOf(string file) => Path.Combine(SharedData.RepositoryRoot, "tests", "PtxEmulator.Tests", "Cuda", file);

    /// <summary>Launches on a machine; buffers have what was left. Another text may take the file's place.</summary>
    internal static LaunchResult Run(Machine machine, CudaCase test, string? text = null)
    {
        var kernel = machine.Load(text ?? Text(test.File)).Kernel(test.Kernel);
        Assert.Equal(kernel.Parameters.Count, test.Arguments.Count);
        var parameters = new byte[kernel.ParameterBytes];
        var addresses = new ulong[test.Arguments.Count];
        for (var i = 0; i < addresses.Length; i++)
        {
            var place = parameters.AsSpan(kernel.Parameters[i].Offset, kernel.Parameters[i].Size);
            if (BufferOf(test.Arguments[i]) is { } buffer)
            {
                addresses[i] = machine.Memory.Allocate(buffer.Content.Length);
                machine.Memory.Write(addresses[i], buffer.Content);
            }

            switch (test.Arguments[i])
            {
                case CudaTensorMap map:
                    map.Encode(addresses[i]).Write(place);
                    break;
                case CudaScalar scalar:
                    scalar.Content.CopyTo(place);
                    break;
                default:
                    BinaryPrimitives.WriteUInt64LittleEndian(place, addresses[i]);
                    break;
            }
        }

        var result = machine.Launch(kernel, test.Grid, test.Block, test.DynamicSharedBytes, parameters);
        for (var i = 0; i < addresses.Length; i++)
        {
            if (BufferOf(test.Arguments[i]) is { } buffer)
            {
                machine.Memory.Read(addresses[i], buffer.Content);
            }
        }

        return result;
    }

    internal static CudaBuffer? BufferOf(CudaArgument argument) => argument as CudaBuffer ?? (argument as CudaTensorMap)?.Buffer;
}
