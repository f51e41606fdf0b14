using System.Globalization;
using System.Text;

namespace PlamoNative.Bench;

/// <summary>Results as a Markdown table, the same in every culture.</summary>
internal static class MarkdownTable
{
    private static readonly string[] Header =
        ["measured", "shape", "dtype", "threads", "median ms", "spread", "achieved", "of limit", "limit", "baseline", "ratio", "wanted", "note"];

    /// <summary>The whole report: environment first, then one table.</summary>
    public static string Write(BenchReport report)
    {
        var rows = report.Results.Select(Cells).Prepend(Header).ToArray();
        var text = new StringBuilder().Append(report.Environment.Describe()).Append("\n\n");
        var widths = Enumerable.Range(0, Header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            text.Append('|');
            for (var column = 0; column < Header.Length; column++)
            {
                text.Append(' ').Append(rows[i][column].PadRight(widths[column])).Append(" |");
            }

            text.Append('\n');
            if (i == 0)
            {
                text.Append('|').Append(string.Concat(widths.Select(width => $"{new string('-', width + 2)}|"))).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string[] Cells(BenchResult result) =>
    [
        result.Name,
        result.Shape,
        result.DType,
        result.Threads.ToString(CultureInfo.InvariantCulture),
        result.MedianMilliseconds > 0 ? Figure(result.MedianMilliseconds) : "",
        result.Rounds > 1 ? $"{Figure(100 * result.Spread)} % of {result.Rounds}" : "",
        $"{Figure(result.Value)} {result.Unit}",
        result.PercentOfLimit is { } percent ? $"{percent.ToString("F1", CultureInfo.InvariantCulture)} %" : "",
        result.Limit is { } limit ? $"{limit} {Figure(result.LimitValue ?? 0)}" : "",
        result.Baseline is { } baseline ? $"{baseline} {Figure(result.BaselineValue ?? 0)}" : "",
        result.Ratio is { } ratio ? $"{ratio.ToString("F2", CultureInfo.InvariantCulture)} x" : "",
        result.Target ?? "",
        result.Note ?? "",
    ];

    private static string Figure(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("F2", CultureInfo.InvariantCulture),
        _ => value.ToString("G3", CultureInfo.InvariantCulture),
    };
}
