using System.Text.RegularExpressions;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.AotSmoke.Tests;

/// <summary>The engine inside a program that is compiled ahead of time.</summary>
public sealed partial class AotSmokeTests
{
    private const int Count = 32;

    [Fact]
    public void A_program_compiled_ahead_of_time_generates_the_same_tokens_and_looks_for_a_gpu()
    {
        var program = AotProgram.Publish(TestContext.Current.CancellationToken);
        Assert.Empty(program.WarningsOfOurs);

        using var folder = new ModelFolder();
        int[] prompt = [5, 17, 200, 3, 99, 64];
        var run = ProcessRun.Start(program.Path, [folder.Path, string.Join(',', prompt), $"{Count}"], TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, run.Output);
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);

        using var expected = new StringWriter();
        Smoke.Run(folder.Path, prompt, Count, expected);
        Assert.Equal(expected.ToString(), run.Output);

        var lines = run.Output.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(1 + Count, lines[0].Split(' ').Length);
        Assert.Matches(Logits(), lines[1]);
        Assert.Matches(Kernels(), lines[2]);
        Assert.Matches(Gpu(), lines[3]);
        Assert.Equal([""], lines[4..]);
    }

    [Theory]
    [InlineData("Engine/Part.cs(3): Trim analysis warning IL2026: PlamoNative.Engine.Part.Find(String): ... [tests/PlamoNative.AotSmoke.csproj]", true)]
    [InlineData("ILC : AOT analysis error IL3050: PlamoNative.Runtime.Part.Find(String): ... [tests/PlamoNative.AotSmoke.csproj]", true)]
    [InlineData("plamo/PlamoNative.Kernels.dll : warning IL3053: Assembly 'PlamoNative.Kernels' produced AOT analysis warnings. [tests/PlamoNative.AotSmoke.csproj]", true)]
    [InlineData("packages/Other.dll : warning IL2104: Assembly 'Other' produced trim warnings. [tests/PlamoNative.AotSmoke.csproj]", false)]
    [InlineData("  PlamoNative.AotSmoke -> bin/IL2026/PlamoNative.AotSmoke.dll", false)]
    public void A_warning_of_trimming_is_ours_where_it_names_one_of_our_assemblies(string line, bool isOurs) => Assert.Equal(isOurs, AotProgram.IsWarningOfOurs(line));

    [GeneratedRegex("^logits: [0-9a-f]{64}$")]
    private static partial Regex Logits();

    [GeneratedRegex("^kernels: [1-9][0-9]*$")]
    private static partial Regex Kernels();

    [GeneratedRegex("^gpu: (device 'cuda:0' is not available: .+|.+, sm_[0-9]+, .+)$")]
    private static partial Regex Gpu();

    /// <summary>A Hugging Face folder of a nano model: random weights, Mamba and attention layers, a window shorter than what is generated.</summary>
    private sealed class ModelFolder : IDisposable
    {
        public ModelFolder()
        {
            var configuration = new Plamo2Configuration
            {
                VocabSize = ByteLevelVocabulary.Count, HiddenSize = 32, LayerCount = 4, IntermediateSize = 48, QueryHeads = 4, KeyValueHeads = 2, HeadSize = 8,
                SsmHeads = 4, StateSize = 8, WindowSize = 16,
            };
            HuggingFaceWriter.Save(Path, new RandomWeights(configuration, 11), new PlamoTokenizer(ByteLevelVocabulary.Create()));
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("plamo-aot-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
