using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Models;

internal static class LinearWeights
{
    internal static LinearWeight Create(Tensor values) => new TemporaryWeight(values);
}

internal sealed unsafe class TemporaryWeight(Tensor values) : LinearWeight
{
    public override int OutFeatures => (int)values.Shape[0];
    public override int InFeatures => (int)values.Shape[1];
    public override DType DType => values.DType;
    public override long ByteLength => values.DType.Bytes(values.ElementCount);
    public override void Multiply(Tensor input, Tensor output, ActivationMode activations)
    {
        for (long t = 0; t < input.Shape[0]; t++)
        for (long o = 0; o < OutFeatures; o++)
        {
            double s = 0;
            for (long i = 0; i < InFeatures; i++) s += Get(input, t * input.Strides[0] + i) * Get(values, o * InFeatures + i);
            Set(output, t * OutFeatures + o, s);
        }
    }
    public override void Gather(ReadOnlySpan<int> rows, Tensor output)
    {
        for (var r = 0; r < rows.Length; r++)
            for (long i = 0; i < InFeatures; i++) Set(output, (long)r * InFeatures + i, Get(values, (long)rows[r] * InFeatures + i));
    }
    internal static double Get(Tensor t, long i) => t.DType switch
    {
        DType.Float64 => ((double*)t.Pointer)[i], DType.Float32 => ((float*)t.Pointer)[i],
        DType.Float16 => (double)((Half*)t.Pointer)[i], DType.BFloat16 => (double)((BFloat16*)t.Pointer)[i].ToSingle(), _ => throw new NotSupportedException(),
    };
    internal static void Set(Tensor t, long i, double v) { if (t.DType == DType.Float64) ((double*)t.Pointer)[i] = v; else ((float*)t.Pointer)[i] = (float)v; }
    protected override void Dispose(bool disposing) => values.Dispose();
}
