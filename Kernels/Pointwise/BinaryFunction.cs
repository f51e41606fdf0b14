namespace PlamoNative.Kernels;

/// <summary>Functions of two elements, for <see cref="Pointwise"/>.</summary>
public enum BinaryFunction
{
    /// <summary>left + right.</summary>
    Add,

    /// <summary>left - right.</summary>
    Subtract,

    /// <summary>left · right.</summary>
    Multiply,

    /// <summary>left / right.</summary>
    Divide,

    /// <summary>The smaller one, NaN if either is; of equal ones left gets the gradient.</summary>
    Minimum,

    /// <summary>The larger one, NaN if either is; of equal ones left gets the gradient.</summary>
    Maximum,
}
