namespace PlamoNative.Engine;

/// <summary>The calling thread's bytes of one launch's parameters. A thread fills one launch at a time, so nothing is allocated for a launch.</summary>
internal sealed class ParameterBuffer
{
    [ThreadStatic]
    private static ParameterBuffer? _ofThread;

    private readonly byte[] _bytes = new byte[KernelLibraryFormat.MostParameterBytes];

    internal static ParameterBuffer OfThread => _ofThread ??= new ParameterBuffer();

    /// <summary>Counts launches, so that one that was begun and left is told apart from the next.</summary>
    internal int Launch { get; private set; }

    internal int Begin(int bytes)
    {
        // Gaps between parameters are zero: the same launch passes the same bytes.
        _bytes.AsSpan(0, bytes).Clear();
        return ++Launch;
    }

    internal Span<byte> Slice(int offset, int bytes) => _bytes.AsSpan(offset, bytes);
}
