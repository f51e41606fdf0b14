using System.Text.RegularExpressions;
using Xunit;

namespace PlamoNative.Architecture.Tests;

/// <summary>The readmes tell the truth about each other, about commands and about tests.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Both_readmes_show_the_same_commands_and_figures()
    {
        var english = Repository.Read("README.md");
        var japanese = Repository.Read("README.ja.md");
        Assert.Equal(Commands(english), Commands(japanese));
        Assert.Equal(Figures(english), Figures(japanese));
    }

    [Fact]
    public void Ci_runs_exactly_the_test_command_of_the_readme()
    {
        Assert.Contains("dotnet test -c Release", Commands(Repository.Read("README.md")));
        Assert.Contains("\ndotnet test -c Release ", Repository.Read(".ci/run"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_link_to_a_file_leads_somewhere()
    {
        foreach (var page in Repository.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)))
        {
            var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
            foreach (Match link in Link().Matches(Repository.Read(page)))
            {
                var target = link.Groups[1].Value;
                Assert.True(File.Exists(Path.Combine(folder, target)) || Directory.Exists(Path.Combine(folder, target)), $"{page} links to {target}, which is not there");
            }
        }
    }

    [Fact]
    public void Every_test_that_a_claim_names_exists()
    {
        var sources = string.Concat(Repository.Files.Where(f => f.StartsWith("tests/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal)).Select(Repository.Read));
        foreach (Match name in TestName().Matches(Repository.Read("docs/claims.md")))
        {
            Assert.Contains($" {name.Groups[1].Value}(", sources, StringComparison.Ordinal);
        }
    }

    private static string[] Commands(string page) =>
        [.. Fence().Matches(page).SelectMany(m => m.Groups[1].Value.Split('\n')).Where(line => line.StartsWith("dotnet ", StringComparison.Ordinal))];

    /// <summary>The numbers in the tables of a page, in order.</summary>
    private static string[] Figures(string page) =>
        [.. page.Split('\n').Where(line => line.StartsWith('|')).SelectMany(line => Number().Matches(line).Select(m => m.Value))];

    [GeneratedRegex("```[a-z]*\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\d+(?:\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([A-Z][a-z0-9]+(?:_[A-Za-z0-9]+)+)`")]
    private static partial Regex TestName();
}
