using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// One dot product (or eight of neighboring columns) of finite terms. The model, from published outputs of GPUs (Khattak and Mikaitis 2025;
/// MMA-Sim 2025): products are exact and not normalized, their exponent is the sum of the operands'; the accumulator is one more term; with E the
/// largest exponent among nonzero terms each term is cut toward zero at 2^(E - F); the sum of the rest is exact and rounded once.
/// </summary>
internal readonly struct TensorStep(AccumulationPlan plan, MatrixType typeA, MatrixType typeB, MatrixType typeC, int strideB)
{
    private readonly int _fraction = plan.FractionBits;
    private readonly int _stepLength = plan.ProductsPerStep;
    private readonly int _productFraction = TensorOperand.FractionBits(typeA) + TensorOperand.FractionBits(typeB);
    private readonly int _resultBits = plan.ShortFraction ? 13 : 23;

    /// <summary>One column; b's elements are strideB apart.</summary>
    public uint Run(ReadOnlySpan<int> significandsA, ReadOnlySpan<int> exponentsA, ReadOnlySpan<int> significandsB, ReadOnlySpan<int> exponentsB, uint c)
    {
        if (_fraction < 0)
        {
            return ExactProduct.Run(significandsA, exponentsA, significandsB, exponentsB, strideB, _productFraction, typeC, c);
        }

        if (plan.FromHalves)
        {
            return RunHalves(significandsA, exponentsA, significandsB, exponentsB, c);
        }

        for (var start = 0; start < significandsA.Length; start += _stepLength)
        {
            var count = Math.Min(_stepLength, significandsA.Length - start);
            var first = start * strideB;
            c = Step(significandsA.Slice(start, count), exponentsA.Slice(start, count), significandsB[first..], exponentsB[first..], strideB, c, typeC);
            if (TensorProduct.IsSpecial(typeC, c))
            {
                break;
            }
        }

        return c;
    }

    /// <summary>Eight neighboring columns in the lanes of a vector.</summary>
    public void RunEight(ReadOnlySpan<int> significandsA, ReadOnlySpan<int> exponentsA, ReadOnlySpan<int> significandsB, ReadOnlySpan<int> exponentsB, Span<uint> c)
    {
        Span<int> significandsC = stackalloc int[8];
        Span<int> exponentsC = stackalloc int[8];
        Span<long> sums = stackalloc long[8];
        var finished = 0u;
        for (var start = 0; start < significandsA.Length; start += _stepLength)
        {
            var count = Math.Min(_stepLength, significandsA.Length - start);
            for (var i = 0; i < 8; i++)
            {
                // A column that overflowed in an earlier step stays infinite; what is computed for it meanwhile is dropped.
                finished |= TensorProduct.IsSpecial(typeC, c[i]) ? 1u << i : 0;
            }

            TensorOperand.Decode(typeC, c, significandsC, exponentsC);

            var largest = SumEight(
                significandsA.Slice(start, count), exponentsA.Slice(start, count), ref MemoryMarshal.GetReference(significandsB[(start * strideB)..]),
                ref MemoryMarshal.GetReference(exponentsB[(start * strideB)..]), Vector256.Create<int>(significandsC), Vector256.Create<int>(exponentsC), sums);
            for (var i = 0; i < 8; i++)
            {
                if ((finished >> i & 1) == 0)
                {
                    c[i] = Finish(sums[i], largest[i] - _fraction, typeC, _resultBits);
                }
            }
        }
    }

    private Vector256<int> SumEight(
        ReadOnlySpan<int> a, ReadOnlySpan<int> exponentsA, ref int b, ref int exponentsB, Vector256<int> c, Vector256<int> exponentsC, Span<long> sums)
    {
        var largest = exponentsC;
        for (var i = 0; i < exponentsA.Length; i++)
        {
            largest = Vector256.Max(largest, Vector256.Create(exponentsA[i]) + Vector256.LoadUnsafe(ref exponentsB, (nuint)(i * strideB)));
        }

        var (raiseC, raise) = (_fraction - FractionOf(typeC), (byte)(_fraction - _productFraction));
        var magnitudeC = Vector256.Abs(c).AsUInt32() << Math.Max(raiseC, 0);
        var cut = Cut(magnitudeC, c, largest - exponentsC + Vector256.Create(Math.Max(-raiseC, 0)));
        var (lower, upper) = Vector256.Widen(cut);

        // Terms stay below 2^27: eight of them cannot overflow 32 bits, sixteen and the accumulator could.
        for (var start = 0; start < a.Length; start += 8)
        {
            var part = Vector256<int>.Zero;
            for (var i = start; i < Math.Min(start + 8, a.Length); i++)
            {
                var product = Vector256.Create(a[i]) * Vector256.LoadUnsafe(ref b, (nuint)(i * strideB));
                var exponents = Vector256.Create(exponentsA[i]) + Vector256.LoadUnsafe(ref exponentsB, (nuint)(i * strideB));
                part += Cut(Vector256.Abs(product).AsUInt32() << raise, product, largest - exponents);
            }

            var (partLower, partUpper) = Vector256.Widen(part);
            (lower, upper) = (lower + partLower, upper + partUpper);
        }

        lower.CopyTo(sums);
        upper.CopyTo(sums[4..]);
        return largest;
    }

    // A variable shift by more than 31 gives 0 on this instruction.
    private static Vector256<int> Cut(Vector256<uint> magnitude, Vector256<int> signed, Vector256<int> shift)
    {
        var cut = Avx2.ShiftRightLogicalVariable(magnitude, shift.AsUInt32()).AsInt32();
        var sign = signed >> 31;
        return (cut ^ sign) - sign;
    }

    private uint Step(ReadOnlySpan<int> a, ReadOnlySpan<int> exponentsA, ReadOnlySpan<int> b, ReadOnlySpan<int> exponentsB, int stride, uint c, MatrixType type)
    {
        TensorOperand.Decode(type, c, out var significandC, out var largest);
        var exponentC = largest;
        for (var i = 0; i < exponentsA.Length; i++)
        {
            largest = Math.Max(largest, exponentsA[i] + exponentsB[i * stride]);
        }

        var raiseC = _fraction - FractionOf(type);
        var sum = Cut((uint)Math.Abs(significandC) << Math.Max(raiseC, 0), significandC, largest - exponentC + Math.Max(-raiseC, 0));
        var raise = _fraction - _productFraction;
        for (var i = 0; i < a.Length; i++)
        {
            var product = a[i] * b[i * stride];
            sum += Cut((uint)Math.Abs(product) << raise, product, largest - exponentsA[i] - exponentsB[i * stride]);
        }

        return Finish(sum, largest - _fraction, type, _resultBits);
    }

    private static long Cut(uint magnitude, int signed, int shift)
    {
        var cut = shift > 31 ? 0 : (long)(magnitude >> shift);
        return signed < 0 ? -cut : cut;
    }

    // Hopper's mma.sync has no fp8 unit: the assembler makes two f16 products from zero and adds them, then the accumulator, as ordinary f32.
    private uint RunHalves(ReadOnlySpan<int> a, ReadOnlySpan<int> exponentsA, ReadOnlySpan<int> b, ReadOnlySpan<int> exponentsB, uint c)
    {
        Span<float> halves = stackalloc float[2];
        Span<int> part = stackalloc int[4 * 16];
        var count = a.Length / 2;
        var (x, exponentsX, y, exponentsY) = (0, 16, 32, 48);
        for (var half = 0; half < 2; half++)
        {
            for (var i = 0; i < count; i++)
            {
                var k = i / 2 * 4 + i % 2 + 2 * half;
                (part[x + i], part[exponentsX + i]) = (a[k], exponentsA[k]);
                (part[y + i], part[exponentsY + i]) = (b[k * strideB], exponentsB[k * strideB]);
            }

            var bits = Step(part.Slice(x, count), part.Slice(exponentsX, count), part.Slice(y, count), part.Slice(exponentsY, count), 1, 0, MatrixType.F32);
            halves[half] = BitConverter.UInt32BitsToSingle(bits);
        }

        var sum = F32.Add(F32.Add(halves[0], halves[1]), (float)TensorOperand.ToDouble(typeC, c));
        return typeC == MatrixType.F16 ? F16.FromDouble(sum) : BitConverter.SingleToUInt32Bits(sum);
    }

    private static int FractionOf(MatrixType type) => type == MatrixType.F16 ? 10 : 23;

    /// <summary>sum · 2^exponent: f16 to nearest even; f32 cut toward zero after the given fraction bits. Beyond the range it is infinite.</summary>
    private static uint Finish(long sum, int exponent, MatrixType type, int fractionBits)
    {
        if (sum == 0)
        {
            return 0;
        }

        var magnitude = (ulong)Math.Abs(sum);
        if (type == MatrixType.F16)
        {
            return (uint)SoftRounder.Round(FloatFormat.F16, sum < 0, magnitude, exponent, false, Rounding.NearestEven);
        }

        var sign = sum < 0 ? 0x80000000 : 0;
        var top = BitOperations.Log2(magnitude) + exponent;
        if (top > 127)
        {
            return sign | 0x7F800000;
        }

        var lowest = Math.Max(top, -126) - fractionBits;
        var drop = lowest - exponent;
        var kept = (uint)(drop > 63 ? 0 : drop > 0 ? magnitude >> drop : magnitude << -drop) << (23 - fractionBits);
        return sign | (kept + ((uint)Math.Max(top + 126, 0) << 23));
    }
}
