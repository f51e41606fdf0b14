using System.Text.RegularExpressions;
using Xunit;

namespace PlamoNative.Architecture.Tests;

/// <summary>What every source file keeps to.</summary>
public sealed partial class SourceTests
{
    private static readonly string[] TextKinds = [".cs", ".md", ".props", ".targets", ".csproj", ".sh", ".json", ".yml", ".yaml", ".sln", ".txt"];

    [Fact]
    public void No_file_names_a_machine_or_a_registry()
    {
        foreach (var file in Repository.Files.Where(f => TextKinds.Contains(Path.GetExtension(f)) || f == ".ci/run"))
        {
            if (file == "tests/Architecture/SourceTests.cs")
            {
                continue;
            }

            Assert.False(MachinePath().IsMatch(Repository.Read(file)), $"{file} names a path of somebody's machine or a registry's host");
        }
    }

    [Fact]
    public void Files_stay_one_idea_long()
    {
        var long_ = Repository.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .Select(f => (File: f, Lines: File.ReadLines(Path.Combine(Repository.Root, f)).Count()))
            .Where(f => f.Lines > 450 && !Repository.Read(f.File)[..2000].Contains("One file because", StringComparison.Ordinal))
            .Select(f => $"{f.File} has {f.Lines} lines; split it, or say \"One file because ...\" in its header");
        Assert.Empty(long_);
    }

    [Fact]
    public void No_source_hides_unfinished_work()
    {
        foreach (var file in Repository.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && f != "tests/Architecture/SourceTests.cs"))
        {
            var match = Unfinished().Match(Repository.Read(file));
            Assert.False(match.Success, $"{file} says {match.Value}");
        }
    }

    [GeneratedRegex(@"(?<![.\w])/(work|root|home/\w+)/|https?://[\w.]*(nuget|debian|npmjs)[\w.]*/")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b|Assert\.True\(true\)|#pragma warning disable|catch\s*\{\s*\}|Thread\.Sleep|#region")]
    private static partial Regex Unfinished();
}
