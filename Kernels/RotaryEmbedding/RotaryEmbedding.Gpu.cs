using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Rotary embedding on a GPU, by an angle or its opposite: <c>lo' = lo · cos - hi · sin</c>, <c>hi' = hi · cos + lo · sin</c>. Shapes: input and output [tokens, heads, 2 half] of any
/// token and head strides, f32, perhaps the same; positions [tokens]; frequencies [half, 2], each a double and what it lacks. Grid (tokens · half / 128, groups of heads), block 128: a
/// thread has a pair of one token, finds sine and cosine in float64 once, rounds them once, and turns its pair of all heads of the group. The bits of the processor, at any position.
/// </summary>
internal static class RotaryEmbeddingKernels
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 128;

    /// <summary>Turns every head.</summary>
    [GpuKernel(Threads)]
    public static void Turn(
        ArrayView<float> input, HeadStrides inputHeads, ArrayView<float> output, HeadStrides outputHeads, ArrayView<long> positions, ArrayView<double> frequencies, int tokens, int heads,
        int headsAGroup, int half, double direction)
    {
        var item = ((long)Grid.IdxX * Threads) + Group.IdxX;
        if (item >= (long)tokens * half)
        {
            return;
        }

        var token = (int)(item / half);
        var pair = (int)(item - ((long)token * half));
        var position = DeviceDouble.Multiply(direction, positions[token]);
        var frequency = frequencies[2 * pair];
        var angle = DeviceDouble.Multiply(position, frequency);
        var rest = DeviceDouble.Add(FastMath.Fma(position, frequency, -angle), DeviceDouble.Multiply(position, frequencies[(2 * pair) + 1]));
        var sine = DeviceDouble.ToFloat(DeviceDouble.SinCos(angle, rest, out var exactCosine));
        var cosine = DeviceDouble.ToFloat(exactCosine);

        var first = Grid.IdxY * headsAGroup;
        var last = heads - first < headsAGroup ? heads : first + headsAGroup;
        for (var head = first; head < last; head++)
        {
            var x = HeadStrides.At(inputHeads, token, head) + pair;
            var y = HeadStrides.At(outputHeads, token, head) + pair;
            var low = input[x];
            var high = input[x + half];
            output[y] = FastMath.Fma(low, cosine, FastMath.Multiply(-high, sine));
            output[y + half] = FastMath.Fma(high, cosine, FastMath.Multiply(low, sine));
        }
    }
}
