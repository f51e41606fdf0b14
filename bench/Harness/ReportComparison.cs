using System.Globalization;
using System.Text;

namespace PlamoNative.Bench;

/// <summary>Two runs side by side, of one machine or of two. Shares of limits and ratios survive another hour or another clock; plain rates only as well as the machine was quiet.</summary>
internal static class ReportComparison
{
    /// <summary>A Markdown table of the measurements that both runs hold.</summary>
    public static string Write(BenchReport before, BenchReport after)
    {
        var text = new StringBuilder();
        if (before.Environment.FolderName() != after.Environment.FolderName())
        {
            text.Append("two machines: ").Append(before.Environment.Describe()).Append(" before, ").Append(after.Environment.Describe()).Append(" after\n\n");
        }

        text.Append("| measured | shape | dtype | threads | before | after | change | of limit before | after |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (var (then, now) in Pairs(before, after))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {now.Name} | {now.Shape} | {now.DType} | {now.Threads} | {then.Value:G4} {then.Unit} | {now.Value:G4} {now.Unit} ");
            text.Append(CultureInfo.InvariantCulture, $"| {100 * ((now.Value / then.Value) - 1):+0.0;-0.0} % | {then.PercentOfLimit:F1} | {now.PercentOfLimit:F1} |\n");
        }

        return text.ToString();
    }

    /// <summary>What both reports measured, in the order of the second.</summary>
    public static IEnumerable<(BenchResult Then, BenchResult Now)> Pairs(BenchReport before, BenchReport after)
    {
        foreach (var now in after.Results)
        {
            var then = before.Results.FirstOrDefault(r => r.Name == now.Name && r.Shape == now.Shape && r.DType == now.DType && r.Threads == now.Threads && r.Unit == now.Unit);
            if (then is not null)
            {
                yield return (then, now);
            }
        }
    }
}
