using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Kernels;

/// <summary>The innermost tile of the product with int8 activations on 256-bit vectors: 4 rows, 8 columns.</summary>
/// <remarks>
/// Per group of 16 or 32 values an exact integer dot product (unsigned byte codes of W, offset taken off by the bias; or shorts), then
/// <c>y = fma(float(dot), scale · factor, y)</c> and, with minima, <c>y = fma(-minimum, sum, y)</c>: the order of <see cref="Int8TilePlain"/>, its twin.
/// 4 float, 4 integer and 4 short accumulators: 15 of the 16 registers.
/// </remarks>
internal static unsafe class Int8Tile256
{
    /// <summary>Runs the tile over <paramref name="groups"/> groups; w, scales and minima point at its first column in the packed panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<TShape>(int groups, ActivationPanel x, byte* w, float* scales, float* minima, float* y, nint yStride, bool load)
        where TShape : struct, IInt8Shape
    {
        var ones = Vector256.Create((short)1);
        Vector256<float> y0 = Vector256<float>.Zero;
        Vector256<float> y1 = Vector256<float>.Zero;
        Vector256<float> y2 = Vector256<float>.Zero;
        Vector256<float> y3 = Vector256<float>.Zero;
        if (load)
        {
            y0 = Vector256.Load(y);
            y1 = Vector256.Load(y + yStride);
            y2 = Vector256.Load(y + (2 * yStride));
            y3 = Vector256.Load(y + (3 * yStride));
        }

        var codes = x.Codes;
        var factors = x.Scales;
        var biases = x.Biases;
        var sums = x.Sums;
        for (; groups > 0; groups--)
        {
            Vector256<int> i0 = Vector256<int>.Zero;
            Vector256<int> i1 = Vector256<int>.Zero;
            Vector256<int> i2 = Vector256<int>.Zero;
            Vector256<int> i3 = Vector256<int>.Zero;
            for (var unit = 0; unit < TShape.Units; unit += TShape.UnitsPerShortSum)
            {
                Vector256<short> s0 = Vector256<short>.Zero;
                Vector256<short> s1 = Vector256<short>.Zero;
                Vector256<short> s2 = Vector256<short>.Zero;
                Vector256<short> s3 = Vector256<short>.Zero;
                for (var i = 0; i < TShape.UnitsPerShortSum; i++)
                {
                    var w0 = Vector256.Load(w);
                    var x0 = Vector256.Create(codes[0]);
                    var x1 = Vector256.Create(codes[1]);
                    var x2 = Vector256.Create(codes[2]);
                    var x3 = Vector256.Create(codes[3]);
                    if (TShape.IsWide)
                    {
                        i0 += Avx2.MultiplyAddAdjacent(w0.AsInt16(), x0.AsInt16());
                        i1 += Avx2.MultiplyAddAdjacent(w0.AsInt16(), x1.AsInt16());
                        i2 += Avx2.MultiplyAddAdjacent(w0.AsInt16(), x2.AsInt16());
                        i3 += Avx2.MultiplyAddAdjacent(w0.AsInt16(), x3.AsInt16());
                    }
                    else
                    {
                        s0 += Avx2.MultiplyAddAdjacent(w0, x0.AsSByte());
                        s1 += Avx2.MultiplyAddAdjacent(w0, x1.AsSByte());
                        s2 += Avx2.MultiplyAddAdjacent(w0, x2.AsSByte());
                        s3 += Avx2.MultiplyAddAdjacent(w0, x3.AsSByte());
                    }

                    w += Int8Panel.Columns * sizeof(int);
                    codes += Int8Panel.Rows;
                }

                if (!TShape.IsWide)
                {
                    i0 += Avx2.MultiplyAddAdjacent(s0, ones);
                    i1 += Avx2.MultiplyAddAdjacent(s1, ones);
                    i2 += Avx2.MultiplyAddAdjacent(s2, ones);
                    i3 += Avx2.MultiplyAddAdjacent(s3, ones);
                }
            }

            var scale0 = Vector256.Load(scales);
            var factor0 = Vector256.Create(factors[0]);
            var bias0 = Vector256.Create(biases[0]);
            y0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(i0 - bias0), scale0 * factor0, y0);
            var factor1 = Vector256.Create(factors[1]);
            var bias1 = Vector256.Create(biases[1]);
            y1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(i1 - bias1), scale0 * factor1, y1);
            var factor2 = Vector256.Create(factors[2]);
            var bias2 = Vector256.Create(biases[2]);
            y2 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(i2 - bias2), scale0 * factor2, y2);
            var factor3 = Vector256.Create(factors[3]);
            var bias3 = Vector256.Create(biases[3]);
            y3 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(i3 - bias3), scale0 * factor3, y3);
            if (TShape.HasMinima)
            {
                var minimum0 = Vector256.Load(minima);
                y0 = Vector256.FusedMultiplyAdd(minimum0, Vector256.Create(sums[0]), y0);
                y1 = Vector256.FusedMultiplyAdd(minimum0, Vector256.Create(sums[1]), y1);
                y2 = Vector256.FusedMultiplyAdd(minimum0, Vector256.Create(sums[2]), y2);
                y3 = Vector256.FusedMultiplyAdd(minimum0, Vector256.Create(sums[3]), y3);
                minima += Int8Panel.Columns;
                sums += Int8Panel.Rows;
            }

            scales += Int8Panel.Columns;
            factors += Int8Panel.Rows;
            biases += Int8Panel.Rows;
        }

        y0.Store(y);
        y1.Store(y + yStride);
        y2.Store(y + (2 * yStride));
        y3.Store(y + (3 * yStride));
    }
}
