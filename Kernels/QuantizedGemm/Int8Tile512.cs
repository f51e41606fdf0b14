using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Kernels;

/// <summary>The innermost tile of the product with int8 activations on 512-bit vectors: 4 rows, 32 columns.</summary>
/// <remarks>
/// Per group of 16 or 32 values an exact integer dot product (unsigned byte codes of W, offset taken off by the bias; or shorts), then
/// <c>y = fma(float(dot), scale · factor, y)</c> and, with minima, <c>y = fma(-minimum, sum, y)</c>: the order of <see cref="Int8TilePlain"/>, its twin.
/// 8 float, 8 integer and 8 short accumulators, 2 vectors of W: 28 of the 32 registers.
/// </remarks>
internal static unsafe class Int8Tile512
{
    /// <summary>Runs the tile over <paramref name="groups"/> groups; w, scales and minima point at its first column in the packed panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<TShape>(int groups, ActivationPanel x, byte* w, float* scales, float* minima, float* y, nint yStride, bool load)
        where TShape : struct, IInt8Shape
    {
        var ones = Vector512.Create((short)1);
        Vector512<float> y0a = Vector512<float>.Zero, y0b = Vector512<float>.Zero;
        Vector512<float> y1a = Vector512<float>.Zero, y1b = Vector512<float>.Zero;
        Vector512<float> y2a = Vector512<float>.Zero, y2b = Vector512<float>.Zero;
        Vector512<float> y3a = Vector512<float>.Zero, y3b = Vector512<float>.Zero;
        if (load)
        {
            y0a = Vector512.Load(y);
            y0b = Vector512.Load(y + 16);
            y1a = Vector512.Load(y + yStride);
            y1b = Vector512.Load(y + yStride + 16);
            y2a = Vector512.Load(y + (2 * yStride));
            y2b = Vector512.Load(y + (2 * yStride) + 16);
            y3a = Vector512.Load(y + (3 * yStride));
            y3b = Vector512.Load(y + (3 * yStride) + 16);
        }

        var codes = x.Codes;
        var factors = x.Scales;
        var biases = x.Biases;
        var sums = x.Sums;
        for (; groups > 0; groups--)
        {
            Vector512<int> i0a = Vector512<int>.Zero, i0b = Vector512<int>.Zero;
            Vector512<int> i1a = Vector512<int>.Zero, i1b = Vector512<int>.Zero;
            Vector512<int> i2a = Vector512<int>.Zero, i2b = Vector512<int>.Zero;
            Vector512<int> i3a = Vector512<int>.Zero, i3b = Vector512<int>.Zero;
            for (var unit = 0; unit < TShape.Units; unit += TShape.UnitsPerShortSum)
            {
                Vector512<short> s0a = Vector512<short>.Zero, s0b = Vector512<short>.Zero;
                Vector512<short> s1a = Vector512<short>.Zero, s1b = Vector512<short>.Zero;
                Vector512<short> s2a = Vector512<short>.Zero, s2b = Vector512<short>.Zero;
                Vector512<short> s3a = Vector512<short>.Zero, s3b = Vector512<short>.Zero;
                for (var i = 0; i < TShape.UnitsPerShortSum; i++)
                {
                    var w0 = Vector512.Load(w);
                    var w1 = Vector512.Load(w + 64);
                    var x0 = Vector512.Create(codes[0]);
                    var x1 = Vector512.Create(codes[1]);
                    var x2 = Vector512.Create(codes[2]);
                    var x3 = Vector512.Create(codes[3]);
                    if (TShape.IsWide)
                    {
                        i0a += Avx512BW.MultiplyAddAdjacent(w0.AsInt16(), x0.AsInt16());
                        i0b += Avx512BW.MultiplyAddAdjacent(w1.AsInt16(), x0.AsInt16());
                        i1a += Avx512BW.MultiplyAddAdjacent(w0.AsInt16(), x1.AsInt16());
                        i1b += Avx512BW.MultiplyAddAdjacent(w1.AsInt16(), x1.AsInt16());
                        i2a += Avx512BW.MultiplyAddAdjacent(w0.AsInt16(), x2.AsInt16());
                        i2b += Avx512BW.MultiplyAddAdjacent(w1.AsInt16(), x2.AsInt16());
                        i3a += Avx512BW.MultiplyAddAdjacent(w0.AsInt16(), x3.AsInt16());
                        i3b += Avx512BW.MultiplyAddAdjacent(w1.AsInt16(), x3.AsInt16());
                    }
                    else
                    {
                        s0a += Avx512BW.MultiplyAddAdjacent(w0, x0.AsSByte());
                        s0b += Avx512BW.MultiplyAddAdjacent(w1, x0.AsSByte());
                        s1a += Avx512BW.MultiplyAddAdjacent(w0, x1.AsSByte());
                        s1b += Avx512BW.MultiplyAddAdjacent(w1, x1.AsSByte());
                        s2a += Avx512BW.MultiplyAddAdjacent(w0, x2.AsSByte());
                        s2b += Avx512BW.MultiplyAddAdjacent(w1, x2.AsSByte());
                        s3a += Avx512BW.MultiplyAddAdjacent(w0, x3.AsSByte());
                        s3b += Avx512BW.MultiplyAddAdjacent(w1, x3.AsSByte());
                    }

                    w += Int8Panel.Columns * sizeof(int);
                    codes += Int8Panel.Rows;
                }

                if (!TShape.IsWide)
                {
                    i0a += Avx512BW.MultiplyAddAdjacent(s0a, ones);
                    i0b += Avx512BW.MultiplyAddAdjacent(s0b, ones);
                    i1a += Avx512BW.MultiplyAddAdjacent(s1a, ones);
                    i1b += Avx512BW.MultiplyAddAdjacent(s1b, ones);
                    i2a += Avx512BW.MultiplyAddAdjacent(s2a, ones);
                    i2b += Avx512BW.MultiplyAddAdjacent(s2b, ones);
                    i3a += Avx512BW.MultiplyAddAdjacent(s3a, ones);
                    i3b += Avx512BW.MultiplyAddAdjacent(s3b, ones);
                }
            }

            var scale0 = Vector512.Load(scales);
            var scale1 = Vector512.Load(scales + 16);
            var factor0 = Vector512.Create(factors[0]);
            var bias0 = Vector512.Create(biases[0]);
            y0a = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(i0a - bias0), scale0 * factor0, y0a);
            y0b = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(i0b - bias0), scale1 * factor0, y0b);
            var factor1 = Vector512.Create(factors[1]);
            var bias1 = Vector512.Create(biases[1]);
            y1a = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(i1a - bias1), scale0 * factor1, y1a);
            y1b = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(i1b - bias1), scale1 * factor1, y1b);
            var factor2 = Vector512.Create(factors[2]);
            var bias2 = Vector512.Create(biases[2]);
            y2a = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(i2a - bias2), scale0 * factor2, y2a);
            y2b = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(i2b - bias2), scale1 * factor2, y2b);
            var factor3 = Vector512.Create(factors[3]);
            var bias3 = Vector512.Create(biases[3]);
            y3a = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(i3a - bias3), scale0 * factor3, y3a);
            y3b = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(i3b - bias3), scale1 * factor3, y3b);
            if (TShape.HasMinima)
            {
                var minimum0 = Vector512.Load(minima);
                var minimum1 = Vector512.Load(minima + 16);
                y0a = Vector512.FusedMultiplyAdd(minimum0, Vector512.Create(sums[0]), y0a);
                y0b = Vector512.FusedMultiplyAdd(minimum1, Vector512.Create(sums[0]), y0b);
                y1a = Vector512.FusedMultiplyAdd(minimum0, Vector512.Create(sums[1]), y1a);
                y1b = Vector512.FusedMultiplyAdd(minimum1, Vector512.Create(sums[1]), y1b);
                y2a = Vector512.FusedMultiplyAdd(minimum0, Vector512.Create(sums[2]), y2a);
                y2b = Vector512.FusedMultiplyAdd(minimum1, Vector512.Create(sums[2]), y2b);
                y3a = Vector512.FusedMultiplyAdd(minimum0, Vector512.Create(sums[3]), y3a);
                y3b = Vector512.FusedMultiplyAdd(minimum1, Vector512.Create(sums[3]), y3b);
                minima += Int8Panel.Columns;
                sums += Int8Panel.Rows;
            }

            scales += Int8Panel.Columns;
            factors += Int8Panel.Rows;
            biases += Int8Panel.Rows;
        }

        y0a.Store(y);
        y0b.Store(y + 16);
        y1a.Store(y + yStride);
        y1b.Store(y + yStride + 16);
        y2a.Store(y + (2 * yStride));
        y2b.Store(y + (2 * yStride) + 16);
        y3a.Store(y + (3 * yStride));
        y3b.Store(y + (3 * yStride) + 16);
    }
}
