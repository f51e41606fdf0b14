namespace PlamoNative.Training.Configuration;

/// <summary><c>recording</c>: the files that metrics go to.</summary>
public sealed record RecordingSettings
{
    /// <summary><c>jsonl</c>: one JSON object a line; what a resumed run and the plot read.</summary>
    public bool Jsonl { get; init; } = true;

    /// <summary><c>csv</c>: a table.</summary>
    public bool Csv { get; init; } = true;

    /// <summary><c>tensorboard</c>: an event file.</summary>
    public bool TensorBoard { get; init; } = true;

    /// <summary><c>plot</c>: a picture of the losses at the end.</summary>
    public bool Plot { get; init; } = true;

    internal static RecordingSettings Read(ConfigurationSection section)
    {
        var defaults = new RecordingSettings();
        return section.Done(new RecordingSettings
        {
            Jsonl = section.Flag("jsonl", defaults.Jsonl),
            Csv = section.Flag("csv", defaults.Csv),
            TensorBoard = section.Flag("tensorboard", defaults.TensorBoard),
            Plot = section.Flag("plot", defaults.Plot),
        });
    }

    internal void Write(ConfigurationBuilder to) => to.Flag("jsonl", Jsonl).Flag("csv", Csv).Flag("tensorboard", TensorBoard).Flag("plot", Plot);
}
