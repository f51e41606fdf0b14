using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <summary>
/// A segment whose intermediates were forgotten (activation checkpointing): the backward pass runs it again, this time recorded at the end of the same tape,
/// and differentiates that. The same kernels on the same inputs give the same bits.
/// </summary>
internal sealed class SegmentNode<TContext> : Node
    where TContext : class
{
    private RecordingOperators? _operators;
    private ISegment<TContext>? _segment;
    private TContext? _context;
    private SavedTensor _input;
    private ulong _firstDropout;

    public override string Name => "recomputed segment";

    internal void Fill(RecordingOperators operators, ISegment<TContext> segment, Tensor input, TContext context, ulong firstDropout)
    {
        (_operators, _segment, _context, _firstDropout) = (operators, segment, context, firstDropout);
        _input = Save(input);
    }

    public override void Backward()
    {
        var operators = _operators!;
        var first = Tape.Count;
        var (recomputes, dropouts) = (operators.Recomputes, operators.DropoutCount);
        (operators.Recomputes, operators.DropoutCount) = (false, _firstDropout);
        try
        {
            using var output = _segment!.Run(operators, _input.Value, _context!);
            if (Tape.SlotOf(output) is { } slot)
            {
                if (!slot.TryAdopt(OutputSlot, new GradientInput(slot, output)))
                {
                    Tape.Seed(output, OutputGradient);
                }

                Tape.RunBackward(first);
            }
        }
        finally
        {
            (operators.Recomputes, operators.DropoutCount) = (recomputes, dropouts);
        }
    }
}
