using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

public sealed class ApproximateTests
{
    [Fact]
    public void Approximations_are_within_the_documented_bounds_of_what_the_assembler_folds()
    {
        var count = 0;
        foreach (var row in Oracle.Load("scalar.json").GetProperty("approximate").EnumerateArray())
        {
            var name = row[0].GetString()!;
            var (x, expected) = (row[1].Single(), row[2].Single());
            var actual = Run(name, x);
            Assert.True(Same(expected, actual) || Within(name.Split('.')[0], x, expected, actual), $"{name} {row[1]}: {actual:R}, not {expected:R}");
            count++;
        }

        Assert.Equal(287, count);
    }

    [Fact]
    public void Special_values_are_the_documented_ones()
    {
        const float infinity = float.PositiveInfinity;
        Assert.Equal(0x80000000u, Bits(Approximate.Sine(-0.0f)));
        Assert.Equal(0x7FFFFFFFu, Bits(Approximate.Sine(infinity)));
        Assert.Equal(0x7FFFFFFFu, Bits(Approximate.Cosine(-infinity)));
        Assert.Equal(-infinity, Approximate.Logarithm2(-0.0f));
        Assert.Equal(0x7FFFFFFFu, Bits(Approximate.Logarithm2(-1)));
        Assert.Equal(-infinity, Approximate.ReciprocalSquareRoot(-0.0f));
        Assert.Equal(0x7FFFFFFFu, Bits(Approximate.ReciprocalSquareRoot(-infinity)));
        Assert.Equal(-1f, Approximate.Tanh(-infinity));
        Assert.Equal(0x80000000u, Bits(Approximate.Tanh(-0.0f)));
        Assert.Equal(0f, Approximate.Divide(1e30f, 2e38f));
        Assert.Equal(0x7FFFFFFFu, Bits(Approximate.Divide(infinity, 2e38f)));
        Assert.Equal(5e-9f, Approximate.DivideFull(1e30f, 2e38f), 1e-15f);
        Assert.Equal(0x3C00, Approximate.Exponent2F16(0));
        Assert.Equal(0x3F80, Approximate.Exponent2BF16(1));
        Assert.Equal(0u, (uint)BitConverter.DoubleToUInt64Bits(Approximate.ReciprocalF64(3)));
    }

    [Fact]
    public void Powers_and_logarithms_of_two_are_nearly_always_rounded_right()
    {
        var random = new Random(10);
        var off = 0;
        for (var i = 0; i < 20000; i++)
        {
            var x = (float)((random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-20, 9)));
            var (power, logarithm) = ((float)Math.Pow(2, x), (float)Math.Log2(Math.Abs(x)));
            off += Approximate.Exponent2(x) == power && Approximate.Logarithm2(Math.Abs(x)) == logarithm ? 0 : 1;
            Assert.InRange(Approximate.Exponent2(x), MathF.BitDecrement(power), MathF.BitIncrement(power));
            Assert.InRange(Approximate.Logarithm2(Math.Abs(x)), MathF.BitDecrement(logarithm), MathF.BitIncrement(logarithm));
        }

        Assert.InRange(off, 0, 2);
    }

    private static float Run(string name, float x)
    {
        var ftz = name.EndsWith(".ftz", StringComparison.Ordinal);
        return name.Split('.')[0] switch
        {
            "ex2" => Approximate.Exponent2(x, ftz),
            "lg2" => Approximate.Logarithm2(x, ftz),
            "rcp" => Approximate.Reciprocal(x, ftz),
            "rsqrt" => Approximate.ReciprocalSquareRoot(x, ftz),
            "sqrt" => Approximate.SquareRoot(x, ftz),
            "sin" => Approximate.Sine(x, ftz),
            "cos" => Approximate.Cosine(x, ftz),
            _ => throw new InvalidOperationException(name),
        };
    }

    private static bool Within(string name, float x, float expected, float actual)
    {
        double relative = Math.Abs(expected) * Math.ScaleB(1, -23);
        var difference = Math.Abs((double)expected - actual);
        return difference <= name switch
        {
            "ex2" => Math.Max(2 * relative, Math.ScaleB(1, -149)),
            "lg2" => x is > 0.5f and < 2 ? Math.ScaleB(1, -22) : 2 * relative,
            "rcp" => relative,
            "rsqrt" => 1.08 * relative,
            "sqrt" => relative,
            _ => Math.Abs(x) <= 2 * Math.PI ? Math.Pow(2, -20.5) : Math.Pow(2, -14.7),
        };
    }

    private static bool Same(float a, float b) => Bits(a) == Bits(b);

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}
