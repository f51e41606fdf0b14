using ILGPU;
using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace OwnKernel;

/// <summary>Soft-capping of logits, y = cap tanh(x / cap), 16 bytes at a time. Grid: a block for each 1024 elements.</summary>
internal static class CapKernels
{
    private const int Block = 256;

    internal struct Four(float x, float y, float z, float w)
    {
        public float X = x;
        public float Y = y;
        public float Z = z;
        public float W = w;
    }

    [GpuKernel(Block, MaximumRegisters = 32, Expects = "LDG.E.128 STG.E.128 MUFU.TANH")]
    public static void Forward(ArrayView<Four> input, ArrayView<Four> output, int quads, float cap)
    {
        var i = (Grid.IdxX * Block) + Group.IdxX;
        if (i < quads)
        {
            var x = input[i];
            output[i] = new Four(Cap(x.X, cap), Cap(x.Y, cap), Cap(x.Z, cap), Cap(x.W, cap));
        }
    }

    private static float Cap(float x, float cap) => cap * Tanh(x / cap);

    /// <summary>An instruction that the language has no word for: the template is the code, the body says what it means and is never compiled.</summary>
    [IntrinsicImplementation, PtxInstruction("tanh.approx.f32 $r, $0;")]
    private static float Tanh(float x) => MathF.Tanh(x);
}
