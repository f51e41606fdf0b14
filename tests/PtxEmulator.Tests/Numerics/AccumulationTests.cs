using System.Text.Json;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

/// <summary>Sums of tensor cores: against outputs of real GPUs, and the vector path against the scalar one.</summary>
public sealed class AccumulationTests
{
    [Fact]
    public void Every_dot_product_that_a_GPU_computed_comes_out_bit_for_bit()
    {
        var count = 0;
        foreach (var row in Oracle.Load("accumulation.json").GetProperty("samples").EnumerateArray())
        {
            Assert.True(MatrixTypes.TryParse(row[1].GetString()!, out var type) & MatrixTypes.TryParse(row[2].GetString()!, out var accumulator));
            var model = row[0].GetString() switch { "A100" => AccumulationModel.Ampere, "Ada" or "L40S" => AccumulationModel.Ada, _ => AccumulationModel.Hopper };
            var unit = model == AccumulationModel.Hopper && type.IsFp8() ? TensorUnit.Wgmma : TensorUnit.Mma;
            uint[] a = [.. row[3].EnumerateArray().Select(item => Encode(type, item.Single()))];
            uint[] b = [.. row[4].EnumerateArray().Select(item => Encode(type, item.Single()))];
            var plan = AccumulationPlan.For(model, unit, type);
            var c = Encode(accumulator, row[5].Single());
            var expected = Encode(accumulator, row[6].Single());
            foreach (var result in Everywhere(plan, type, type, accumulator, a, b, c))
            {
                Assert.True(expected == result, $"sample {count} ({row[0]} {type} {accumulator}): {result:x8}, not {expected:x8}");
            }

            count++;
        }

        Assert.Equal(640, count);
    }

    [Fact]
    public void Vectors_and_scalars_give_the_same_bits()
    {
        var random = new Random(6);
        (MatrixType A, MatrixType B, MatrixType C, int K)[] kinds =
        [
            (MatrixType.F16, MatrixType.F16, MatrixType.F32, 16), (MatrixType.F16, MatrixType.F16, MatrixType.F16, 16),
            (MatrixType.BF16, MatrixType.BF16, MatrixType.F32, 16),
            (MatrixType.TF32, MatrixType.TF32, MatrixType.F32, 8), (MatrixType.E4M3, MatrixType.E5M2, MatrixType.F32, 32),
            (MatrixType.E5M2, MatrixType.E4M3, MatrixType.F16, 32),
        ];
        foreach (var (typeA, typeB, typeC, k) in kinds)
        {
            foreach (var model in Enum.GetValues<AccumulationModel>())
            {
                foreach (var unit in Enum.GetValues<TensorUnit>())
                {
                    var plan = AccumulationPlan.For(model, unit, typeA);
                    uint[] a = [.. Enumerable.Range(0, 16 * k).Select(_ => Code(random, typeA))];
                    uint[] b = [.. Enumerable.Range(0, 24 * k).Select(_ => Code(random, typeB))];
                    uint[] c = [.. Enumerable.Range(0, 16 * 24).Select(_ => Code(random, typeC))];
                    var d = (uint[])c.Clone();
                    TensorProduct.Execute(plan, typeA, typeB, typeC, 16, 24, k, a, b, c);
                    TensorProduct.Execute(plan, typeA, typeB, typeC, 16, 24, k, a, b, d, useVectors: false);
                    Assert.Equal(d, c);
                }
            }
        }
    }

    [Fact]
    public void The_exact_model_rounds_the_exact_sum_once()
    {
        var random = new Random(7);
        foreach (var type in (ReadOnlySpan<MatrixType>)[MatrixType.F16, MatrixType.BF16, MatrixType.TF32, MatrixType.E4M3, MatrixType.E5M2])
        {
            for (var round = 0; round < 300; round++)
            {
                uint[] a = [.. Enumerable.Range(0, 16).Select(_ => Code(random, type, finite: true))];
                uint[] b = [.. Enumerable.Range(0, 16).Select(_ => Code(random, type, finite: true))];
                var c = Code(random, MatrixType.F32, finite: true);
                var sum = ExactValue.Of(TensorOperand.ToDouble(MatrixType.F32, c));
                for (var i = 0; i < 16; i++)
                {
                    sum += ExactValue.Of(TensorOperand.ToDouble(type, a[i])) * ExactValue.Of(TensorOperand.ToDouble(type, b[i]));
                }

                uint[] d = [c];
                TensorProduct.Execute(AccumulationPlan.Exact, type, type, MatrixType.F32, 1, 1, 16, a, b, d);
                Assert.Equal(sum.IsZero ? 0 : (uint)sum.Round(FloatFormat.F32, Rounding.NearestEven), d[0]);
            }
        }
    }

    [Fact]
    public void Terms_below_the_cut_are_lost_and_the_sum_is_cut_toward_zero()
    {
        // 2^24 + 1 + 1/2: a step of Ampere keeps 24 bits below the largest exponent, one more than f32 shows, and cuts what is left.
        uint[] a = [0x3C00, 0x3800, 0x3C00, 0x3C00, 0, 0, 0, 0];
        uint[] b = [0x3C00, 0x3C00, 0, 0, 0, 0, 0, 0];
        Assert.Equal(16777216f, Dot(AccumulationModel.Ampere, a, b, 16777216));
        Assert.Equal(16777218f, Dot(AccumulationModel.Exact, a, b, 16777216));
        Assert.Equal(-16777216f, Dot(AccumulationModel.Ampere, a, [0xBC00, 0xBC00, 0, 0, 0, 0, 0, 0], -16777216));
    }

    [Fact]
    public void Infinities_and_NaN_come_out_as_in_IEEE()
    {
        foreach (var model in Enum.GetValues<AccumulationModel>())
        {
            Assert.Equal(float.PositiveInfinity, Dot(model, [0x7C00, 0x3C00], [0x3C00, 0x3C00], 1));
            Assert.Equal(float.NegativeInfinity, Dot(model, [0x3C00, 0x3C00], [0x3C00, 0x3C00], float.NegativeInfinity));
            Assert.Equal(0x7FFFFFFFu, BitConverter.SingleToUInt32Bits(Dot(model, [0x7C00, 0xFC00], [0x3C00, 0x3C00], 1)));
            Assert.Equal(0x7FFFFFFFu, BitConverter.SingleToUInt32Bits(Dot(model, [0x7C00, 0x3C00], [0, 0x3C00], 1)));
            Assert.Equal(0x7FFFFFFFu, BitConverter.SingleToUInt32Bits(Dot(model, [0x7E00, 0x3C00], [0, 0x3C00], 1)));
        }
    }

    [Theory]
    [InlineData(75, AccumulationModel.Exact)]
    [InlineData(80, AccumulationModel.Ampere)]
    [InlineData(86, AccumulationModel.Ampere)]
    [InlineData(89, AccumulationModel.Ada)]
    [InlineData(90, AccumulationModel.Hopper)]
    public void An_architecture_has_its_model(int architecture, AccumulationModel expected) => Assert.Equal(expected, AccumulationPlan.ModelOf(architecture));

    [Fact]
    public void Eight_bit_sums_of_Hopper_depend_on_the_unit()
    {
        // 1 + 2^-14 fits the f32 additions of mma.sync, not the 13 fraction bits of wgmma.
        uint[] a = [0x38, .. new uint[31]];
        uint[] b = [0x38, .. new uint[31]];
        var c = BitConverter.SingleToUInt32Bits(MathF.ScaleB(1, -14));
        foreach (var (unit, expected) in (ReadOnlySpan<(TensorUnit, float)>)[(TensorUnit.Mma, 1 + MathF.ScaleB(1, -14)), (TensorUnit.Wgmma, 1f)])
        {
            uint[] d = [c];
            var plan = AccumulationPlan.For(AccumulationModel.Hopper, unit, MatrixType.E4M3);
            TensorProduct.Execute(plan, MatrixType.E4M3, MatrixType.E4M3, MatrixType.F32, 1, 1, 32, a, b, d);
            Assert.Equal(expected, BitConverter.UInt32BitsToSingle(d[0]));
        }
    }

    private static float Dot(AccumulationModel model, uint[] a, uint[] b, float c)
    {
        uint[] d = [BitConverter.SingleToUInt32Bits(c)];
        TensorProduct.Execute(AccumulationPlan.For(model, TensorUnit.Mma, MatrixType.F16), MatrixType.F16, MatrixType.F16, MatrixType.F32, 1, 1, a.Length, a, b, d);
        return BitConverter.UInt32BitsToSingle(d[0]);
    }

    // The dot product at 1 x 1 by scalars, and in the last of 8 columns by vectors.
    private static uint[] Everywhere(AccumulationPlan plan, MatrixType typeA, MatrixType typeB, MatrixType typeC, uint[] a, uint[] b, uint c)
    {
        uint[] single = [c];
        TensorProduct.Execute(plan, typeA, typeB, typeC, 1, 1, a.Length, a, b, single);
        uint[] eight = [0, 0, 0, 0, 0, 0, 0, c];
        TensorProduct.Execute(plan, typeA, typeB, typeC, 1, 8, a.Length, a, [.. b.SelectMany(code => (uint[])[.. new uint[7], code])], eight);
        return [single[0], eight[7]];
    }

    private static uint Encode(MatrixType type, float value) => type switch
    {
        MatrixType.F16 => NarrowConversions.ToF16(value, Rounding.Zero),
        MatrixType.BF16 => NarrowConversions.ToBF16(value, Rounding.Zero),
        MatrixType.E4M3 => NarrowConversions.ToE4M3(value),
        MatrixType.E5M2 => NarrowConversions.ToE5M2(value),
        _ => BitConverter.SingleToUInt32Bits(value),
    };

    // Patterns around 1, now and then any pattern at all.
    private static uint Code(Random random, MatrixType type, bool finite = false)
    {
        while (true)
        {
            var code = (uint)random.NextInt64(1L << type.Bits());
            if (random.Next(10) != 0)
            {
                code = Encode(type, (float)((random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-6, 6))));
            }

            if (!finite || double.IsFinite(TensorOperand.ToDouble(type, code)))
            {
                return code;
            }
        }
    }
}
