using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The weight of a linear layer or the rows of an embedding, [OutFeatures, InFeatures], whatever its storage: dense, block-quantised, later sharded. Models know only this.
/// </summary>
public abstract class LinearWeight : IDisposable
{
    /// <summary>Rows: width of the layer's output, or entries of the table.</summary>
    public abstract int OutFeatures { get; }

    /// <summary>Columns: width of the layer's input, or of a table's entry.</summary>
    public abstract int InFeatures { get; }

    /// <summary>How the values are stored.</summary>
    public abstract DType DType { get; }

    /// <summary>Bytes that the weight holds in memory or in a mapped file.</summary>
    public abstract long ByteLength { get; }

    /// <summary>output [T, OutFeatures] = input [T, InFeatures] · thisᵀ, float32 or (for float64 and float32 weights) float64.</summary>
    /// <param name="input">Rows may be strided, the innermost axis is dense.</param>
    /// <param name="output">Dense, of the input's dtype.</param>
    /// <param name="activations">Whether activations stay exact or are rounded to int8 per block first (block-quantised weights only).</param>
    public abstract void Multiply(Tensor input, Tensor output, ActivationMode activations);

    /// <summary>output [rows, InFeatures] = the given rows of this weight, widened to the output's dtype.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A row is negative or not below <see cref="OutFeatures"/>.</exception>
    public abstract void Gather(ReadOnlySpan<int> rows, Tensor output);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the weight's memory.</summary>
    protected abstract void Dispose(bool disposing);
}
