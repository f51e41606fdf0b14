namespace PlamoNative.Runtime.Models;

/// <summary>A place for a tensor in the model: what it is called in both file formats, its shape and its use.</summary>
/// <param name="Name">Its name in a Hugging Face folder.</param>
/// <param name="GgufName">Its name in a GGUF file.</param>
/// <param name="Shape">Sizes of the dimensions, slowest first.</param>
/// <param name="Role">How it is used.</param>
/// <param name="NormOffset">What a norm adds to its stored weight; 0 for everything that is no offset norm.</param>
/// <param name="IsVocabulary">True if the first dimension is the vocabulary, which files may pad.</param>
public sealed record WeightSlot(string Name, string GgufName, long[] Shape, WeightRole Role, double NormOffset = 0, bool IsVocabulary = false)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.Aggregate(1L, static (product, size) => checked(product * size));

    /// <summary>Elements of a row: the last dimension.</summary>
    public int RowLength => checked((int)Shape[^1]);
}
