using System.Runtime.Intrinsics;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Our float32 functions against the platform's float64 ones, and each vector width against single floats.</summary>
public sealed class SimdMathTests
{
    private const int BitPatterns = 200_000;

    [Theory]
    [InlineData("exp", -87.3, 88.7, 1.05)]
    [InlineData("exp", -104.5, -87.3, 1.0)]
    [InlineData("log", 1e-45, 1e-38, 1.0)]
    [InlineData("log", 1e-38, 0.5, 1.0)]
    [InlineData("log", 0.5, 2, 1.0)]
    [InlineData("log", 2, 3e38, 1.0)]
    [InlineData("softplus", -100, -0.01, 2.0)]
    [InlineData("softplus", -0.01, 100, 2.0)]
    [InlineData("sigmoid", -103, 100, 2.2)]
    [InlineData("silu", -80, 100, 3.0)]
    [InlineData("tanh", -0.7, 0.7, 2.0)]
    [InlineData("tanh", -20, 20, 2.0)]
    public void A_function_stays_within_its_ulps_of_the_exact_value(string name, double low, double high, double bound)
    {
        const int Steps = 100_000;
        var worst = 0.0;
        for (var i = 0; i <= Steps; i++)
        {
            var x = (float)(low + ((high - low) * i / Steps));
            var exact = Exact(name, x);
            var ulp = Math.Max(MathF.BitIncrement((float)Math.Abs(exact)) - (double)(float)Math.Abs(exact), float.Epsilon);
            worst = Math.Max(worst, Math.Abs(Ours(name, x) - exact) / ulp);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name} [{low}, {high}]: {worst:F3} ulp");
        Assert.True(worst <= bound, $"{name} on [{low}, {high}] is off by {worst:F3} ulp, more than {bound}");
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("log")]
    [InlineData("softplus")]
    [InlineData("sigmoid")]
    [InlineData("silu")]
    [InlineData("tanh")]
    public void All_vector_widths_give_the_bits_of_single_floats(string name)
    {
        var random = new Random(71);
        var values = new float[16];
        for (var round = 0; round < BitPatterns / 16; round++)
        {
            for (var i = 0; i < values.Length; i++)
            {
                // Half of all patterns, half of the range where the functions live; NaNs and infinities are among the former.
                values[i] = (i & 1) == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)) : (random.NextSingle() * 240) - 120;
            }

            CompareWidths(name, values);
        }

        CompareWidths(name, [0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 88.73f, -103.98f, 1.17549435e-38f, 0.625f, -0.625f]);
    }

    [Theory]
    [InlineData("exp", "19C0D47FE29C52F3")]
    [InlineData("log", "B53622F62BD9D976")]
    [InlineData("softplus", "F4EA2B3889AFB014")]
    [InlineData("sigmoid", "94E1623F1A44C1EE")]
    [InlineData("silu", "5F7B0D3C99D8D18E")]
    [InlineData("tanh", "FCFF220C9B7E083F")]
    public void Every_processor_finds_these_bits(string name, string hash)
    {
        var values = new float[20_000];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Ours(name, (name == "log" ? i : i - 10_000) / 64f);
        }

        Assert.Equal(hash, BitHash.Of(values));
    }

    [Theory]
    [InlineData("exp", float.NegativeInfinity, 0f)]
    [InlineData("exp", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("exp", 0f, 1f)]
    [InlineData("exp", -104f, 0f)]
    [InlineData("exp", -103f, 1.4012985e-45f)]
    [InlineData("exp", 88.73f, float.PositiveInfinity)]
    [InlineData("exp", float.NaN, float.NaN)]
    [InlineData("log", 0f, float.NegativeInfinity)]
    [InlineData("log", 1f, 0f)]
    [InlineData("log", -1f, float.NaN)]
    [InlineData("log", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("log", float.NaN, float.NaN)]
    [InlineData("softplus", float.NegativeInfinity, 0f)]
    [InlineData("softplus", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("softplus", 100f, 100f)]
    [InlineData("softplus", float.NaN, float.NaN)]
    [InlineData("sigmoid", float.NegativeInfinity, 0f)]
    [InlineData("sigmoid", float.PositiveInfinity, 1f)]
    [InlineData("sigmoid", 0f, 0.5f)]
    [InlineData("silu", float.NegativeInfinity, -0f)]
    [InlineData("silu", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("silu", 0f, 0f)]
    [InlineData("silu", float.NaN, float.NaN)]
    [InlineData("tanh", float.NegativeInfinity, -1f)]
    [InlineData("tanh", float.PositiveInfinity, 1f)]
    public void A_special_value_maps_to_its_limit(string name, float x, float expected)
    {
        Assert.Equal(expected, Ours(name, x));
        if (!float.IsNaN(expected))
        {
            Assert.Equal(float.IsNegative(expected), float.IsNegative(Ours(name, x)));
        }
    }

    [Theory]
    [InlineData(1e-16)]
    [InlineData(1e-30)]
    [InlineData(1e-7)]
    [InlineData(1e-3)]
    public void A_tiny_step_keeps_its_relative_accuracy_through_softplus(double step)
    {
        // The input that makes this step: ln(e^step - 1).
        var x = (float)(Math.Log(step) + (step / 2));
        Assert.Equal(1, Ours("softplus", x) / Exact("softplus", x), 2.4e-7);
    }

    private static double Exact(string name, double x) => name switch
    {
        "exp" => Math.Exp(x),
        "log" => Math.Log(x),
        "softplus" => x > 30 ? x + Math.Exp(-x) : x < -30 ? Math.Exp(x) : Math.Log(1 + Math.Exp(x)) is var y && x > -10 ? y : TaylorOfLog1P(Math.Exp(x)),
        "sigmoid" => 1 / (1 + Math.Exp(-x)),
        "silu" => x / (1 + Math.Exp(-x)),
        _ => Math.Tanh(x),
    };

    private static double TaylorOfLog1P(double u) => u - (u * u / 2) + (u * u * u / 3) - (u * u * u * u / 4);

    private static float Ours(string name, float x) => name switch
    {
        "exp" => SimdMath.Exp(x),
        "log" => SimdMath.Log(x),
        "softplus" => SimdMath.Softplus(x),
        "sigmoid" => SimdMath.Sigmoid(x),
        "silu" => SimdMath.Silu(x),
        _ => SimdMath.Tanh(x),
    };

    private static Vector512<float> Wide(string name, Vector512<float> x) => name switch
    {
        "exp" => SimdMath.Exp(x),
        "log" => SimdMath.Log(x),
        "softplus" => SimdMath.Softplus(x),
        "sigmoid" => SimdMath.Sigmoid(x),
        "silu" => SimdMath.Silu(x),
        _ => SimdMath.Tanh(x),
    };

    private static Vector256<float> Half(string name, Vector256<float> x) => name switch
    {
        "exp" => SimdMath.Exp(x),
        "log" => SimdMath.Log(x),
        "softplus" => SimdMath.Softplus(x),
        "sigmoid" => SimdMath.Sigmoid(x),
        "silu" => SimdMath.Silu(x),
        _ => SimdMath.Tanh(x),
    };

    private static Vector128<float> Quarter(string name, Vector128<float> x) => name switch
    {
        "exp" => SimdMath.Exp(x),
        "log" => SimdMath.Log(x),
        "softplus" => SimdMath.Softplus(x),
        "sigmoid" => SimdMath.Sigmoid(x),
        "silu" => SimdMath.Silu(x),
        _ => SimdMath.Tanh(x),
    };

    private static void CompareWidths(string name, float[] values)
    {
        var x = Vector512.Create(values);
        var wide = Wide(name, x);
        var half = Vector512.Create(Half(name, x.GetLower()), Half(name, x.GetUpper()));
        var quarter = Vector512.Create(
            Vector256.Create(Quarter(name, x.GetLower().GetLower()), Quarter(name, x.GetLower().GetUpper())),
            Vector256.Create(Quarter(name, x.GetUpper().GetLower()), Quarter(name, x.GetUpper().GetUpper())));
        for (var i = 0; i < values.Length; i++)
        {
            var expected = Ours(name, values[i]);
            if (!SameBits(expected, wide[i]) || !SameBits(expected, half[i]) || !SameBits(expected, quarter[i]))
            {
                Assert.Fail($"{name}({values[i]:R}) is {expected:R} alone, {wide[i]:R} in 512, {half[i]:R} in 256 and {quarter[i]:R} in 128 bits");
            }
        }
    }

    private static bool SameBits(float left, float right) =>
        BitConverter.SingleToInt32Bits(left) == BitConverter.SingleToInt32Bits(right) || (float.IsNaN(left) && float.IsNaN(right));
}
