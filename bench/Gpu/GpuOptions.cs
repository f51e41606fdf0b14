using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Bench.Gpu;

/// <summary>What the command line asks for.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Json">Where the report goes, or null.</param>
/// <param name="Filter">Only what contains this text.</param>
/// <param name="IsQuick">Small cases and few repeats.</param>
/// <param name="Repeats">Timed runs of each line.</param>
internal sealed record GpuOptions(string Device, string? Json, string Filter, bool IsQuick, int Repeats)
{
    internal const string Usage = """
        plamo-gpu: checks and measures PlamoNative's kernels on an NVIDIA GPU (only its driver is needed)

          selftest        every operator case on the device against the processor; exit 0 when all pass, 1 when one fails, 2 without a device
          bench           kernels and model steps, timed by events; --json FILE keeps the report
          generate        a random PLaMo 2 nano writes the same tokens on the device and on the processor
          train           three training steps give the same losses on both
          compare A B     two reports side by side
          table REPORT    a report as Markdown

          --device NAME   cuda:0 (the default), another GPU, or cpu
          --filter TEXT   only cases or lines whose name contains TEXT
          --quick         small cases only, few repeats
          --repeats N     timed runs of each line (20)
          --json FILE     where selftest and bench keep their report
        """;

    /// <summary>Reads the options of a command.</summary>
    /// <exception cref="ArgumentException">One is unknown or lacks its value.</exception>
    internal static GpuOptions Parse(string[] arguments)
    {
        var options = new GpuOptions("cuda:0", null, "", false, 20);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--device" => options with { Device = Value(arguments, ref i) },
                "--json" => options with { Json = Value(arguments, ref i) },
                "--filter" => options with { Filter = Value(arguments, ref i) },
                "--quick" => options with { IsQuick = true, Repeats = Math.Min(options.Repeats, 5) },
                "--repeats" => options with { Repeats = Number(arguments, ref i) },
                var unknown => throw new ArgumentException($"unknown option '{unknown}'; --help lists them"),
            };
        }

        return options;
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="DeviceUnavailableException">It is not there.</exception>
    internal Device Open() => DeviceCatalog.Open(Device);

    /// <summary>Opens the device, which must be a GPU.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="DeviceUnavailableException">It is not there.</exception>
    internal CudaDevice OpenGpu()
    {
        var device = Open();
        if (device is CudaDevice gpu)
        {
            return gpu;
        }

        device.Dispose();
        throw new ArgumentException($"--device: expected a GPU (cuda:N), found {Device}");
    }

    private static string Value(string[] arguments, ref int i) =>
        ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]}: a value is missing");

    private static int Number(string[] arguments, ref int i)
    {
        var text = Value(arguments, ref i);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 100_000
            ? number
            : throw new ArgumentException($"--repeats: expected a number from 1 to 100000, found '{text}'");
    }
}
