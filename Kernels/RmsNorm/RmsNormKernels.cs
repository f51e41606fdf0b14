using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// RMS norm on a GPU: <c>y = x (mean x² + epsilon)^(-1/2) (weight + offset)</c>, a row a block.
/// Shapes: input [rows, width] with dense rows of a stride, weight [heads, width], output [rows, width] dense, all f32.
/// Grid (rows, 1, 1), block 256, 256 bytes of static shared memory, at most 64 registers. Sums in f32: each thread over its elements in ascending order, then the block's fixed tree
/// (<see cref="BlockReduce"/>): deterministic. Twin: <see cref="RmsNorm"/> on the CPU, <c>RmsNormReference</c> in tests/References.
/// </summary>
internal static class RmsNormKernels
{
    private const int Block = 256;

    /// <summary>Rows whose width and stride are multiples of 4: 16-byte accesses.</summary>
    [GpuKernel(Block, MaximumRegisters = 64, Expects = "LDG.E.128 STG.E.128")]
    public static void ForwardVectors(ArrayView<float> input, ArrayView<float> weight, ArrayView<float> output, int width, long rowStride, int heads, float offset, float epsilon)
    {
        var row = Grid.IdxX;
        var count = width / 4;

        // Cast first, offset after: the compiler knows an argument's alignment and keeps it over whole elements, and only then writes v4.
        var x = input.Cast<Float4>().SubView(row * (rowStride / 4), count);
        var w = weight.Cast<Float4>().SubView((long)(row % heads) * count, count);
        var y = output.Cast<Float4>().SubView((long)row * count, count);

        var sum = 0f;
        for (var i = Group.IdxX; i < count; i += Block)
        {
            var v = x[i];
            sum = FastMath.Fma(v.X, v.X, sum);
            sum = FastMath.Fma(v.Y, v.Y, sum);
            sum = FastMath.Fma(v.Z, v.Z, sum);
            sum = FastMath.Fma(v.W, v.W, sum);
        }

        var factor = Factor(BlockReduce.Sum(sum), width, epsilon);
        for (var i = Group.IdxX; i < count; i += Block)
        {
            var v = x[i];
            var u = w[i];
            y[i] = new Float4(v.X * factor * (u.X + offset), v.Y * factor * (u.Y + offset), v.Z * factor * (u.Z + offset), v.W * factor * (u.W + offset));
        }
    }

    /// <summary>Rows of any width.</summary>
    [GpuKernel(Block, MaximumRegisters = 64)]
    public static void Forward(ArrayView<float> input, ArrayView<float> weight, ArrayView<float> output, int width, long rowStride, int heads, float offset, float epsilon)
    {
        var row = Grid.IdxX;
        var x = input.SubView(row * rowStride, width);
        var w = weight.SubView((long)(row % heads) * width, width);
        var y = output.SubView((long)row * width, width);

        var sum = 0f;
        for (var i = Group.IdxX; i < width; i += Block)
        {
            sum = FastMath.Fma(x[i], x[i], sum);
        }

        var factor = Factor(BlockReduce.Sum(sum), width, epsilon);
        for (var i = Group.IdxX; i < width; i += Block)
        {
            y[i] = x[i] * factor * (w[i] + offset);
        }
    }

    private static float Factor(float sum, int width, float epsilon) => FastMath.Reciprocal(FastMath.Sqrt(FastMath.Divide(sum, width) + epsilon));
}
