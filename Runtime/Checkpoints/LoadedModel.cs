using PlamoNative.Engine;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>A model from files, with its tokenizer and what its user should know.</summary>
/// <param name="path">The folder or file as it was given.</param>
/// <param name="model">The model; this object owns it.</param>
/// <param name="tokenizer">Its tokenizer; null when the files hold none.</param>
/// <param name="notices">Lines for the user, such as that a file says nothing about windows.</param>
public sealed class LoadedModel(string path, Plamo2Model model, PlamoTokenizer? tokenizer, IReadOnlyList<string> notices) : IDisposable
{
    /// <summary>The folder or file as it was given.</summary>
    public string Path { get; } = path;

    /// <summary>The model.</summary>
    public Plamo2Model Model { get; } = model;

    /// <summary>The model's shape.</summary>
    public Plamo2Configuration Configuration => Model.Configuration;

    /// <summary>The tokenizer, or null.</summary>
    public PlamoTokenizer? Tokenizer { get; } = tokenizer;

    /// <summary>One line each.</summary>
    public IReadOnlyList<string> Notices { get; } = notices;

    /// <summary>The tokenizer, for work that cannot do without.</summary>
    /// <exception cref="ModelFormatException">The files hold none.</exception>
    public PlamoTokenizer RequireTokenizer() =>
        Tokenizer ?? throw new ModelFormatException(Path, "tokenizer", $"the file {TokenizerFile.FileName}", "no such file");

    /// <summary>Releases the model.</summary>
    public void Dispose() => Model.Dispose();
}
