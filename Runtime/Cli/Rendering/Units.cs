using System.Globalization;

namespace PlamoNative.Cli.Rendering;

/// <summary>Numbers for people.</summary>
internal static class Units
{
    internal static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.00} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB"),
        >= 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 10):0.0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
    };

    internal static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Text(double value, string format = "0.###") => value.ToString(format, CultureInfo.InvariantCulture);
}
