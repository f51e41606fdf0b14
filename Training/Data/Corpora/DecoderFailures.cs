namespace PlamoNative.Training.Data;

/// <summary>
/// Tells a failure of the system (the disk, the network) from what a decoder throws at damaged data: exceptions of many kinds, those of array bounds among them,
/// and <see cref="IOException"/> without a system's error number.
/// </summary>
internal static class DecoderFailures
{
    private const int NoSystemError = unchecked((int)0x80131620);

    internal static bool IsOfData(Exception failure) => failure switch
    {
        OutOfMemoryException => false,
        EndOfStreamException => true,
        IOException system => system.HResult == NoSystemError,
        _ => true,
    };
}
