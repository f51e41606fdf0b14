using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>The general elementwise operators with their gradients, broadcast and strided.</summary>
internal static class PointwiseDeviceCases
{
    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            foreach (var function in Enum.GetValues<UnaryFunction>())
            {
                yield return new("unary", function.ToString(), true, run => Unary(run, function));
            }

            foreach (var function in Enum.GetValues<BinaryFunction>())
            {
                yield return new("binary", function.ToString(), true, run => Binary(run, function));
            }

            yield return new("pointwise", "affine, power, where, copy, fill", true, Others);
        }
    }

    private static void Unary(CaseRun run, UnaryFunction function)
    {
        var shape = new Shape(3, 5, 37);
        var positive = function is UnaryFunction.Log or UnaryFunction.Sqrt;
        var x = run.Input(shape, positive ? 2 : 4, positive ? 2.25 : 0, 2);
        var (y, added, dx) = (run.Output(shape), run.Output(shape, 1), run.Output(shape, 0.5));
        Pointwise.Unary(function, x, y);
        Pointwise.Unary(function, x, added, accumulate: true);
        var saved = function is UnaryFunction.Exp or UnaryFunction.Sqrt or UnaryFunction.Tanh or UnaryFunction.Sigmoid ? y : x;
        Pointwise.UnaryGradient(function, run.Input(shape), saved, dx, accumulate: true);
        run.Keep("y", y);
        run.Keep("added", added);
        run.Keep("dx", dx);
    }

    private static void Binary(CaseRun run, BinaryFunction function)
    {
        var shape = new Shape(4, 3, 33);
        var (left, right) = (run.Input(shape), run.Input(new Shape(3, 1), 1, 2));
        var (y, swapped, dl, dr) = (run.Output(shape), run.Output(new Shape(33, 3, 4)), run.Output(shape), run.Output(shape, 0.5));
        using var wide = right.Expand(shape);
        Pointwise.Binary(function, left, wide, y);
        Pointwise.Binary(function, run.Own(left.Permute(2, 1, 0)), run.Own(wide.Permute(2, 1, 0)), swapped);
        Pointwise.LeftGradient(function, run.Input(shape), left, wide, dl);
        Pointwise.RightGradient(function, run.Input(shape), left, wide, dr, accumulate: true);
        run.Keep("y", y);
        run.Keep("swapped", swapped);
        run.Keep("dl", dl);
        run.Keep("dr", dr);
    }

    private static void Others(CaseRun run)
    {
        var shape = new Shape(5, 41);
        var x = run.Input(shape, 1, 1.5);
        var y = run.Output(shape);
        Pointwise.Affine(x, 2.5, -1, y);
        run.Keep("affine", y);
        Pointwise.Affine(x, -0.3, 0, y, accumulate: true);
        run.Keep("scaled and added", y);
        Pointwise.Power(x, 1.7, y);
        run.Keep("power", y);
        Pointwise.PowerGradient(1.7, run.Input(shape), x, y);
        run.Keep("power gradient", y);
        var condition = run.Make(shape, [.. Enumerable.Range(0, 205).Select(static i => i % 3 == 0 ? 1.0 : 0)]);
        Pointwise.Where(condition, x, run.Input(shape), y);
        run.Keep("where", y);
        Pointwise.WhereGradient(false, x, condition, y);
        run.Keep("where gradient", y);
        Pointwise.Copy(run.Own(run.Input(new Shape(41, 5)).Permute(1, 0)), y);
        run.Keep("copy", y);
        Pointwise.Fill(y, 0.75);
        run.Keep("fill", y);
    }
}
