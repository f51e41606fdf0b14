using System.Globalization;

namespace PlamoNative.Bench;

/// <summary>Tensor bytes at the largest moment of a step. Blocks are rounded up to the pool's size classes, an eighth at most.</summary>
/// <param name="Parameters">The values.</param>
/// <param name="Gradients">Their gradients.</param>
/// <param name="Optimizer">Two moments of each.</param>
/// <param name="Activations">The rest: what the tape keeps, gradients on their way, the kernels' own room.</param>
internal readonly record struct StepMemory(long Parameters, long Gradients, long Optimizer, long Activations)
{
    /// <summary>All of it.</summary>
    public long Peak => Parameters + Gradients + Optimizer + Activations;

    /// <summary>The parts in words.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"parameters {1e-6 * Parameters:F1}, gradients {1e-6 * Gradients:F1}, optimizer {1e-6 * Optimizer:F1}, activations {1e-6 * Activations:F1} MB");
}

/// <summary>What a step asks for when everything is in its pool.</summary>
/// <param name="ThreadBytes">Managed bytes on the thread that trains.</param>
/// <param name="AllBytes">Managed bytes on all threads of the process.</param>
/// <param name="System">Blocks that the tensor pool had to ask the system for.</param>
internal readonly record struct SteadyAllocations(double ThreadBytes, double AllBytes, double System);
