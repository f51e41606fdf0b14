namespace PlamoNative.Training.Configuration;

/// <summary><c>data.heldout</c>: text that is scored and never learned, not by the tokenizer either.</summary>
public sealed record HeldOutSettings
{
    /// <summary><c>fraction</c> of the sources' documents, chosen by a hash of their text, so that the same documents are chosen in every run; 0 with <see cref="Files"/>.</summary>
    public double Fraction { get; init; } = 0.01;

    /// <summary><c>files</c> with held-out text of their own, read as the first source is; none: a fraction.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    internal static HeldOutSettings Read(ConfigurationSection section)
    {
        var files = section.Texts("files");
        var fraction = section.Number("fraction", files.Count > 0 ? 0 : new HeldOutSettings().Fraction, NumberRange.BelowOne);
        var result = section.Done(new HeldOutSettings { Fraction = fraction, Files = files });
        return files.Count > 0 && fraction > 0 ? throw section.WrongAsAWhole("one of fraction and files", "both") : result;
    }

    internal void Write(ConfigurationBuilder to)
    {
        if (Files.Count > 0)
        {
            to.Texts("files", Files);
        }

        to.Number("fraction", Fraction);
    }
}
