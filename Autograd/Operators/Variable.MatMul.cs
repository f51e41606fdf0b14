using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <content>Matrix products.</content>
public sealed partial class Variable
{
    /// <summary>op(this)[.., M, K] · op(other)[.., K, N] = [.., M, N], the leading axes broadcast.</summary>
    /// <param name="other">Two axes or more.</param>
    /// <param name="transposeA">This is [.., K, M].</param>
    /// <param name="transposeB">The other is [.., N, K].</param>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public Variable MatMul(Variable other, bool transposeA = false, bool transposeB = false)
    {
        var b = ValueOn(other, this);
        var shape = Kernels.MatMul.OutputShape(Shape, transposeA, b.Shape, transposeB);
        var output = Tape.Values.Allocate(shape, DType);
        Kernels.MatMul.Run(Value, transposeA, b, transposeB, output);
        if (Tape.Needs(Value) || Tape.Needs(b))
        {
            var node = Tape.Rent<MatMulNode>();
            node.Fill(Value, transposeA, b, transposeB);
            Tape.Record(node, output);
        }

        return new(Tape, output);
    }
}
