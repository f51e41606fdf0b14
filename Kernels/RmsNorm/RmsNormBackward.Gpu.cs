using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// The gradients of RMS norm on a GPU. Shapes as <see cref="RmsNormKernels"/>; partials [blocks of tokens, heads, width], f32, which <see cref="PartialSumsKernels"/> adds up.
/// Grid (blocks of tokens · heads, 1, 1), block 256, 512 bytes of static shared memory. A block takes up to 64 tokens of one head: first a warp a token finds
/// r and <c>r² mean(w' dy x)</c> (in one sweep, as r is no part of the mean), then a thread goes through all tokens of its columns, so that the weight's gradient stays in registers
/// and the second reading of x and dy comes from the cache. dx may lie where dy does. Deterministic. Twin: <see cref="RmsNormBackward"/> on the processor.
/// </summary>
internal static class RmsNormBackwardKernels
{
    /// <summary>Most tokens of a block.</summary>
    public const int MostTokens = 64;

    private const int Threads = 256;

    /// <summary>4 bytes at a time.</summary>
    [GpuKernel(Threads)]
    public static void Run(
        ArrayView<float> input, HeadStrides inputHeads, ArrayView<float> outputGradient, HeadStrides outputHeads, ArrayView<float> inputGradient, HeadStrides gradientHeads,
        ArrayView<float> weight, ArrayView<float> partials, int tokens, int tokensABlock, int heads, int width, float offset, float epsilon, int accumulate) =>
        Run<DeviceScalar, float>(
            input, inputHeads, outputGradient, outputHeads, inputGradient, gradientHeads, weight, partials, tokens, tokensABlock, heads, width, width, offset, epsilon, accumulate);

    /// <summary>16 bytes at a time.</summary>
    [GpuKernel(Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void RunVectors(
        ArrayView<Float4> input, HeadStrides inputHeads, ArrayView<Float4> outputGradient, HeadStrides outputHeads, ArrayView<Float4> inputGradient, HeadStrides gradientHeads,
        ArrayView<Float4> weight, ArrayView<Float4> partials, int tokens, int tokensABlock, int heads, int width, float offset, float epsilon, int accumulate) =>
        Run<DeviceFour, Float4>(
            input, inputHeads, outputGradient, outputHeads, inputGradient, gradientHeads, weight, partials, tokens, tokensABlock, heads, width, width / 4, offset, epsilon, accumulate);

    private static void Run<TSimd, TVector>(
        ArrayView<TVector> input, HeadStrides inputHeads, ArrayView<TVector> outputGradient, HeadStrides outputHeads, ArrayView<TVector> inputGradient, HeadStrides gradientHeads,
        ArrayView<TVector> weight, ArrayView<TVector> partials, int tokens, int tokensABlock, int heads, int width, int vectors, float offset, float epsilon, int accumulate)
        where TSimd : struct, IDeviceSimd<TVector>
        where TVector : unmanaged
    {
        var factors = SharedMemory.Allocate<float>(2 * MostTokens);
        var block = (int)((uint)Grid.IdxX / (uint)heads);
        var head = Grid.IdxX - (block * heads);
        var first = block * tokensABlock;
        var count = tokens - first < tokensABlock ? tokens - first : tokensABlock;
        var w = (long)head * vectors;
        var offsets = TSimd.Create(offset);
        for (var t = Group.IdxX >> 5; t < count; t += Threads / 32)
        {
            var x = HeadStrides.At(inputHeads, first + t, head);
            var dy = HeadStrides.At(outputHeads, first + t, head);
            var squares = TSimd.Create(0f);
            var products = TSimd.Create(0f);
            for (var i = Group.IdxX & 31; i < vectors; i += 32)
            {
                var value = input[x + i];
                squares = TSimd.Fma(value, value, squares);
                products = TSimd.Fma(TSimd.Multiply(outputGradient[dy + i], TSimd.Add(weight[w + i], offsets)), value, products);
            }

            var square = WarpReduce.Sum(TSimd.Sum(squares));
            var product = WarpReduce.Sum(TSimd.Sum(products));
            if ((Group.IdxX & 31) == 0)
            {
                var inverse = RmsNormKernels.InverseRms(square, width, epsilon);
                factors[t] = inverse;
                factors[MostTokens + t] = FastMath.Multiply(FastMath.Multiply(inverse, inverse), FastMath.Divide(product, width));
            }
        }

        Group.Barrier();
        for (var column = Group.IdxX; column < vectors; column += Threads)
        {
            var scale = TSimd.Add(weight[w + column], offsets);
            var sum = TSimd.Create(0f);
            for (var t = 0; t < count; t++)
            {
                var value = input[HeadStrides.At(inputHeads, first + t, head) + column];
                var gradient = outputGradient[HeadStrides.At(outputHeads, first + t, head) + column];
                var inverse = TSimd.Create(factors[t]);
                var along = TSimd.Create(-factors[MostTokens + t]);
                sum = TSimd.Fma(gradient, TSimd.Multiply(value, inverse), sum);
                var change = TSimd.Multiply(inverse, TSimd.Fma(along, value, TSimd.Multiply(gradient, scale)));
                var to = HeadStrides.At(gradientHeads, first + t, head) + column;
                inputGradient[to] = accumulate != 0 ? TSimd.Add(inputGradient[to], change) : change;
            }

            partials[(((long)block * heads) + head) * vectors + column] = sum;
        }
    }
}
