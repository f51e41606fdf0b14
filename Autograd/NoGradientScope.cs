namespace PlamoNative.Autograd;

/// <summary>While it lives, a tape records nothing.</summary>
public readonly struct NoGradientScope : IDisposable
{
    private readonly Tape _tape;

    internal NoGradientScope(Tape tape)
    {
        _tape = tape;
        tape.Suspend();
    }

    /// <summary>Recording goes on.</summary>
    public void Dispose() => _tape.Resume();
}
