using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Looks for infinities and NaNs among halves.</summary>
internal static unsafe class Float16Scan
{
    /// <summary>True when none of <paramref name="count"/> halves is infinite or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool AllFinite(ushort* source, nint count)
    {
        // Doubling drops the sign; an exponent of all ones is then the largest of numbers.
        const ushort limit = 0xF800;
        nint i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            var largest = Vector512<ushort>.Zero;
            var other = largest;
            for (; i + 64 <= count; i += 64)
            {
                var a = Vector512.Load(source + i);
                var b = Vector512.Load(source + i + 32);
                largest = Vector512.Max(largest, a + a);
                other = Vector512.Max(other, b + b);
            }

            if (Vector512.GreaterThanOrEqualAny(Vector512.Max(largest, other), Vector512.Create(limit)))
            {
                return false;
            }
        }
        else
        {
            var largest = Vector128<ushort>.Zero;
            for (; i + 8 <= count; i += 8)
            {
                var a = Vector128.Load(source + i);
                largest = Vector128.Max(largest, a + a);
            }

            if (Vector128.GreaterThanOrEqualAny(largest, Vector128.Create(limit)))
            {
                return false;
            }
        }

        for (; i < count; i++)
        {
            if ((ushort)(source[i] * 2) >= limit)
            {
                return false;
            }
        }

        return true;
    }
}
