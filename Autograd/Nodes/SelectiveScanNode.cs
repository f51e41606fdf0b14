using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>Selective scan over whole sequences; keeps its inputs and computes the states again, one a chunk.</summary>
internal sealed class SelectiveScanNode : Node
{
    private SavedTensor _x;
    private SavedTensor _z;
    private SavedTensor _dt;
    private SavedTensor _dtBias;
    private SavedTensor _aLog;
    private SavedTensor _b;
    private SavedTensor _c;
    private SavedTensor _d;
    private GradientInput _ofX;
    private GradientInput _ofZ;
    private GradientInput _ofDt;
    private GradientInput _ofDtBias;
    private GradientInput _ofALog;
    private GradientInput _ofB;
    private GradientInput _ofC;
    private GradientInput _ofD;
    private SequenceOffsets _offsets = SequenceOffsets.Single(0);
    private int _chunkSize;

    public override string Name => "selective scan";

    internal void Fill(Tensor x, Tensor z, Tensor dt, Tensor dtBias, Tensor aLog, Tensor b, Tensor c, Tensor d, SequenceOffsets offsets, int chunkSize)
    {
        (_ofX, _ofZ, _ofDt, _ofDtBias) = (Input(x), Input(z), Input(dt), Input(dtBias));
        (_ofALog, _ofB, _ofC, _ofD) = (Input(aLog), Input(b), Input(c), Input(d));
        (_x, _z, _dt, _dtBias) = (Save(x), Save(z), Save(dt), Save(dtBias));
        (_aLog, _b, _c, _d) = (Save(aLog), Save(b), Save(c), Save(d));
        (_offsets, _chunkSize) = (offsets, chunkSize);
    }

    public override void Backward()
    {
        using var x = new OverwriteTarget(this, _ofX, _x.Value);
        using var z = new OverwriteTarget(this, _ofZ, _z.Value);
        using var dt = new OverwriteTarget(this, _ofDt, _dt.Value);
        using var dtBias = new OverwriteTarget(this, _ofDtBias, _dtBias.Value);
        using var aLog = new OverwriteTarget(this, _ofALog, _aLog.Value);
        using var b = new OverwriteTarget(this, _ofB, _b.Value);
        using var c = new OverwriteTarget(this, _ofC, _c.Value);
        using var d = new OverwriteTarget(this, _ofD, _d.Value);
        var gradients = new SelectiveScanGradients
        {
            X = x.Tensor, Z = z.Tensor, Dt = dt.Tensor, DtBias = dtBias.Tensor, ALog = aLog.Tensor, B = b.Tensor, C = c.Tensor, D = d.Tensor,
        };
        SelectiveScanBackward.Run(
            _x.Value, _z.Value, _dt.Value, _dtBias.Value, _aLog.Value, _b.Value, _c.Value, _d.Value, _offsets, _chunkSize, null, OutputGradient, null, gradients);
    }
}
