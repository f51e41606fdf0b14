using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>What a step does to all parameters at once.</summary>
internal static class OptimizerDeviceCases
{
    private static readonly int[] SmallSizes = [1, 7, 64, 1000, 4099];
    private static readonly int[] RealSizes = [1, 1 << 20, 999_983];

    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            foreach (var (name, sizes, isSmall) in new[] { ("small tensors", SmallSizes, true), ("large tensors", RealSizes, false) })
            {
                yield return new("adamw", name, isSmall, run => Adam(run, sizes));
                yield return new("gradient_norm", name, isSmall, run =>
                    run.Keep("norm", GradientNorm.Of([.. sizes.Select(size => run.Input(new Shape(size), 3))])));
                yield return new("moving_average", name, isSmall, run =>
                {
                    foreach (var size in sizes)
                    {
                        var average = run.Input(new Shape(size));
                        MovingAverage.Step(average, run.Input(new Shape(size)), 0.9);
                        run.Keep("average", average);
                    }
                });
            }

            yield return new("casting", "float32 to bfloat16 and back", true, static run => Cast(run, DType.BFloat16, static value => (float)(BFloat16)value));
            yield return new("casting", "float32 to float16 and back", true, static run => Cast(run, DType.Float16, static value => (float)(Half)value));
        }
    }

    private static void Cast(CaseRun run, DType type, Func<float, float> rounded)
    {
        var (x, y) = (run.Input(new Shape(1001)), run.Output(new Shape(1001)));
        if (run.IsDouble)
        {
            y.CopyFrom<double>(Array.ConvertAll(x.ToArray<double>(), value => (double)rounded((float)value)));
        }
        else
        {
            var narrow = run.Own(Tensor.Allocate(run.Device, x.Shape, type));
            Casting.Run(x, narrow);
            Casting.Run(narrow, y);
        }

        run.Keep("y", y);
    }

    private static void Adam(CaseRun run, int[] sizes)
    {
        var settings = new AdamWSettings(0.9, 0.95, 1e-8, 0.1);
        var parameters = sizes.Select((size, i) => new AdamWParameter(
            run.Input(new Shape(size)), run.Input(new Shape(size), 0.01), run.Output(new Shape(size), 0), run.Output(new Shape(size), 0), i % 2 == 0)).ToArray();
        for (var step = 1; step <= 3; step++)
        {
            AdamW.Step(parameters, settings, 1e-2, step, 0.5);
        }

        foreach (var parameter in parameters)
        {
            run.Keep("value", parameter.Value);
            run.Keep("first moment", parameter.FirstMoment);
            run.Keep("second moment", parameter.SecondMoment);
        }
    }
}
