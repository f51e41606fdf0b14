using PlamoNative.Kernels;
using PlamoNative.Training.Data;

namespace PlamoNative.Training.Loop;

/// <summary>Scores held-out text.</summary>
internal sealed class Validator(GradientPass pass, ValidationSet heldOut, int? mostBatches)
{
    private readonly TrainingBatch _batch = new();

    /// <summary>Sums over the held-out targets, and the bits a byte; NaN unless all text was scored.</summary>
    internal (CrossEntropySums Sums, double BitsPerByte) Score(CancellationToken cancellation)
    {
        heldOut.Restart();
        var sums = default(CrossEntropySums);
        var isWhole = false;
        for (var i = 0; !isWhole && (mostBatches is null || i < mostBatches); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            heldOut.Next(_batch);
            isWhole = _batch.Tokens.IsEmpty;
            if (!isWhole)
            {
                sums = sums.Add(pass.Score(_batch));
            }
        }

        var bits = isWhole && heldOut.TextByteCount > 0 ? sums.CrossEntropy / Math.Log(2) / heldOut.TextByteCount : double.NaN;
        return (sums, bits);
    }
}
