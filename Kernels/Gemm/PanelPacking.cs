using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Kernels;

/// <summary>Moves operands into the order of <see cref="PanelLayout"/>. Pure data movement: nothing is rounded, missing rows and columns become zeros.</summary>
internal static unsafe class PanelPacking
{
    /// <summary>
    /// Packs <paramref name="rows"/> rows of a matrix whose rows are contiguous, k columns each, into a panel of <paramref name="height"/> rows:
    /// <c>panel[p * height + r] = source[r * stride + p]</c>.
    /// </summary>
    /// <remarks><paramref name="height"/> is a multiple of 4.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PackRows(float* source, nint stride, int rows, int k, float* panel, int height)
    {
        var r = 0;
        for (; r + 8 <= rows && r + 8 <= height && Avx.IsSupported; r += 8)
        {
            Transpose8(source + (r * stride), stride, k, panel + r, height);
        }

        for (; r < height; r += 4)
        {
            var valid = Math.Min(4, rows - r);
            if (valid == 4 && Sse.IsSupported)
            {
                Transpose4(source + (r * stride), stride, k, panel + r, height);
                continue;
            }

            for (var i = 0; i < 4; i++)
            {
                var to = panel + r + i;
                var from = source + ((r + i) * stride);
                for (var p = 0; p < k; p++)
                {
                    to[(nint)p * height] = i < valid ? from[p] : 0f;
                }
            }
        }
    }

    /// <summary>
    /// Packs <paramref name="columns"/> columns of a matrix whose rows (k of them) are contiguous into a panel of <paramref name="width"/>:
    /// <c>panel[p * width + c] = source[p * stride + c]</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PackColumns(float* source, nint stride, int columns, int k, float* panel, int width)
    {
        for (var p = 0; p < k; p++)
        {
            var c = 0;
            for (; c + 8 <= columns; c += 8)
            {
                Vector256.Load(source + c).Store(panel + c);
            }

            for (; c + 4 <= columns; c += 4)
            {
                Vector128.Load(source + c).Store(panel + c);
            }

            for (; c < width; c++)
            {
                panel[c] = c < columns ? source[c] : 0f;
            }

            source += stride;
            panel += width;
        }
    }

    /// <summary>
    /// Packs neighbouring full panels of 12 columns, <paramref name="panelFloats"/> apart, at once: a row's cache lines are read one time instead of once a panel,
    /// which is what packing a transposed operand with long rows costs.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PackTwelves(float* source, nint stride, int panels, int k, float* packed, nint panelFloats)
    {
        for (var p = 0; p < k; p++)
        {
            var from = source;
            var to = packed;
            for (var panel = 0; panel < panels; panel++)
            {
                Vector256.Load(from).Store(to);
                Vector128.Load(from + 8).Store(to + 8);
                from += PanelLayout.Rows;
                to += panelFloats;
            }

            source += stride;
            packed += PanelLayout.Rows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose8(float* source, nint stride, int k, float* panel, int height)
    {
        var low = source;
        var high = source + (4 * stride);
        var p = 0;
        for (; p + 8 <= k; p += 8)
        {
            // Rows r and r + 4 share a register, halves of 4 columns each: two 4 x 4 transpositions at once.
            for (var half = 0; half < 8; half += 4)
            {
                var r0 = Vector256.Create(Vector128.Load(low + half), Vector128.Load(high + half));
                var r1 = Vector256.Create(Vector128.Load(low + stride + half), Vector128.Load(high + stride + half));
                var r2 = Vector256.Create(Vector128.Load(low + (2 * stride) + half), Vector128.Load(high + (2 * stride) + half));
                var r3 = Vector256.Create(Vector128.Load(low + (3 * stride) + half), Vector128.Load(high + (3 * stride) + half));
                var t0 = Avx.UnpackLow(r0, r1);
                var t1 = Avx.UnpackHigh(r0, r1);
                var t2 = Avx.UnpackLow(r2, r3);
                var t3 = Avx.UnpackHigh(r2, r3);
                Avx.Shuffle(t0, t2, 0x44).Store(panel);
                Avx.Shuffle(t0, t2, 0xEE).Store(panel + height);
                Avx.Shuffle(t1, t3, 0x44).Store(panel + (2 * height));
                Avx.Shuffle(t1, t3, 0xEE).Store(panel + (3 * height));
                panel += 4 * height;
            }

            low += 8;
            high += 8;
        }

        for (; p < k; p++)
        {
            for (var i = 0; i < 4; i++)
            {
                panel[i] = low[i * stride];
                panel[i + 4] = high[i * stride];
            }

            low++;
            high++;
            panel += height;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose4(float* source, nint stride, int k, float* panel, int height)
    {
        var p = 0;
        for (; p + 4 <= k; p += 4)
        {
            var r0 = Vector128.Load(source);
            var r1 = Vector128.Load(source + stride);
            var r2 = Vector128.Load(source + (2 * stride));
            var r3 = Vector128.Load(source + (3 * stride));
            var t0 = Sse.UnpackLow(r0, r1);
            var t1 = Sse.UnpackHigh(r0, r1);
            var t2 = Sse.UnpackLow(r2, r3);
            var t3 = Sse.UnpackHigh(r2, r3);
            Sse.MoveLowToHigh(t0, t2).Store(panel);
            Sse.MoveHighToLow(t2, t0).Store(panel + height);
            Sse.MoveLowToHigh(t1, t3).Store(panel + (2 * height));
            Sse.MoveHighToLow(t3, t1).Store(panel + (3 * height));
            source += 4;
            panel += 4 * height;
        }

        for (; p < k; p++)
        {
            for (var i = 0; i < 4; i++)
            {
                panel[i] = source[i * stride];
            }

            source++;
            panel += height;
        }
    }
}
