namespace PlamoNative.Engine;

/// <summary>Work over a range of independent items, run in parts by the workers of a <see cref="WorkerPool"/>.</summary>
public interface IRangeKernel
{
    /// <summary>Does the items <c>[begin, end)</c>. Called from several threads at once with disjoint ranges.</summary>
    /// <param name="begin">First item.</param>
    /// <param name="end">One past the last item.</param>
    /// <param name="worker">
    /// Which worker of this call runs this part, in <c>[0, ThreadCount)</c>. Two calls may run at once (see <see cref="WorkerPool"/>), so scratch that is
    /// reused between calls belongs to the thread (<c>[ThreadStatic]</c>), not to this number.
    /// </param>
    void Run(int begin, int end, int worker);
}
