namespace PlamoNative.Runtime.Models;

/// <summary>How a tensor of the model is used, which decides how it is loaded and stored.</summary>
public enum WeightRole
{
    /// <summary>A matrix of a linear layer, an embedding or a head: used in the type it is stored in.</summary>
    Linear,

    /// <summary>The taps of a depthwise convolution, [I, 1, K].</summary>
    Convolution,

    /// <summary>Factors of a norm, to which the norm's offset is added.</summary>
    Norm,

    /// <summary>The bias of the time step before softplus, [H].</summary>
    TimeStepBias,

    /// <summary>The logarithm of the decay rates, [H].</summary>
    ALog,

    /// <summary>The skip of the scan, [H].</summary>
    Skip,
}
