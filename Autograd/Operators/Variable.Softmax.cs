using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <content>Softmax and log-softmax.</content>
public sealed partial class Variable
{
    /// <summary>e^(x - max x) / Σ e^(x - max x) along an axis, negative ones counted from the innermost.</summary>
    public Variable Softmax(int axis = -1) => Softmax(axis, isLog: false);

    /// <summary>ln softmax(x) along an axis, computed as x - max x - ln Σ e^(x - max x).</summary>
    public Variable LogSoftmax(int axis = -1) => Softmax(axis, isLog: true);

    private Variable Softmax(int axis, bool isLog)
    {
        axis = Broadcasting.Axis(Shape, axis);
        var output = Tape.Values.Allocate(Shape, DType);
        if (isLog)
        {
            AxisSoftmax.LogForward(Value, axis, output);
        }
        else
        {
            AxisSoftmax.Forward(Value, axis, output);
        }

        if (Tape.Needs(Value))
        {
            var node = Tape.Rent<SoftmaxNode>();
            node.Fill(Value, axis, isLog);
            Tape.Record(node, output);
            node.Keep(output);
        }

        return new(Tape, output);
    }
}
