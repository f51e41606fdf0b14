using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Softmax or log-softmax along an axis; keeps its output.</summary>
internal sealed class SoftmaxNode : OperatorNode
{
    private int _axis;
    private bool _isLog;
    private SavedTensor _output;
    private GradientInput _ofX;

    public override string Name => _isLog ? "log-softmax" : "softmax";

    internal void Fill(Tensor x, int axis, bool isLog) => (_axis, _isLog, _ofX) = (axis, isLog, Input(x));

    /// <summary>Keeps the recorded output, so that a later change of it in place is found.</summary>
    internal void Keep(Tensor output) => _output = Save(output);

    public override void Backward()
    {
        using var target = _ofX.Target(Tape, out var accumulate);
        if (_isLog)
        {
            AxisSoftmax.LogGradient(OutputGradient, _output.Value, _axis, target, accumulate);
        }
        else
        {
            AxisSoftmax.Gradient(OutputGradient, _output.Value, _axis, target, accumulate);
        }
    }
}
