namespace PlamoNative.Kernels;

/// <summary>How activations meet block-quantised weights.</summary>
public enum ActivationMode
{
    /// <summary>float32 activations: the only error is the weights' own. The default.</summary>
    Exact,

    /// <summary>Activations rounded to int8 per block, products summed as integers: faster, and an error of its own.</summary>
    Int8,
}
