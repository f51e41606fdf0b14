using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// A part of a model that is a function of one tensor, a layer for instance: what a recording implementation of <see cref="IOperators"/> may choose to run
/// again in the backward pass instead of keeping its intermediates.
/// </summary>
/// <typeparam name="TContext">What else the part reads, unchanged until the backward pass is over.</typeparam>
public interface ISegment<in TContext>
    where TContext : class
{
    /// <summary>Runs the part.</summary>
    /// <param name="ops">Operators.</param>
    /// <param name="input">The stream; it stays the caller's.</param>
    /// <param name="context">What else is read.</param>
    /// <returns>The stream after the part, a new tensor.</returns>
    Tensor Run(IOperators ops, Tensor input, TContext context);
}
