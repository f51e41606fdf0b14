namespace PlamoNative.Training.Configuration;

/// <summary>Types of the parameters that the model computes with.</summary>
public enum TrainingPrecision
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>Brain floats of 16 bits, with a float32 master copy that the optimizer steps.</summary>
    BFloat16,
}

/// <summary>What the backward pass computes again instead of reading it from memory.</summary>
public enum RecomputeMode
{
    /// <summary>Nothing: all activations are kept.</summary>
    None,

    /// <summary>Each layer's inside: only the borders between layers are kept. The same bits, more time, less memory.</summary>
    Layers,
}
