using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>The same launches by a file LAUNCH.json and .npy files beside it, through the command.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("plamo-launch-").FullName;

    public static TheoryData<string> Names => [.. CudaCase.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_launch_file_gives_what_the_CPU_gives(string name)
    {
        var test = CudaCase.All[name]();
        var launch = Write(test);
        using var output = new StringWriter();
        var exitCode = EmulatorCommand.Run([CudaKernelTests.PathOf(test.File), "--launch", launch], output, output);
        Assert.True(exitCode == 0, output.ToString());
        Read(test);
        test.Check();
    }

    [Fact]
    public async Task The_program_itself_prints_one_object_and_leaves_the_results_in_place()
    {
        var test = CudaCase.All["blockReduce"]();
        var launch = Write(test);
        var program = Path.ChangeExtension(typeof(Machine).Assembly.Location, ".dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [program, CudaKernelTests.PathOf(test.File), "--launch", launch, "--json"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(0, json.RootElement.GetProperty("findings").GetArrayLength());
        Read(test);
        test.Check();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(CudaCase test)
    {
        var arguments = new List<string>();
        foreach (var argument in test.Arguments)
        {
            var file = string.Create(CultureInfo.InvariantCulture, $"{arguments.Count}.npy");
            if (CudaKernelTests.BufferOf(argument) is { } buffer)
            {
                NpyText.Write(Path.Combine(_folder, file), buffer);
            }

            arguments.Add(argument switch
            {
                CudaTensorMap map => $$$"""
                    {"tensor_map": {"buffer": "{{{file}}}", "type": {{{map.Type}}}, "dimensions": [{{{string.Join(',', map.Dimensions)}}}], "strides": [{{{string.Join(',', map.Strides)}}}], "box": [{{{string.Join(',', map.Box)}}}]}}
                    """,
                CudaScalar scalar => $$"""{"{{scalar.JsonKind}}": {{scalar.JsonValue}}}""",
                _ => $$"""{"buffer": "{{file}}"}""",
            });
        }

        var path = Path.Combine(_folder, "LAUNCH.json");
        File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "kernel": "{{test.Kernel}}", "grid": [{{test.Grid.X}}, {{test.Grid.Y}}, {{test.Grid.Z}}], "block": [{{test.Block.X}}, {{test.Block.Y}}, {{test.Block.Z}}],
              "dynamic_shared_bytes": {{test.DynamicSharedBytes}}, "arguments": [{{string.Join(", ", arguments)}}]
            }
            """));
        return path;
    }

    private void Read(CudaCase test)
    {
        for (var i = 0; i < test.Arguments.Count; i++)
        {
            if (CudaKernelTests.BufferOf(test.Arguments[i]) is { } buffer)
            {
                NpyText.Read(Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{i}.npy")), buffer);
            }
        }
    }
}
