using PlamoNative.Training.Loop;

namespace PlamoNative.Training.Recording;

/// <summary>Everything that a run has recorded, in the order of the records.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="Validations">Scores of held-out data.</param>
/// <param name="Incidents">What was unusual.</param>
/// <param name="Checkpoints">Checkpoints that became complete.</param>
public sealed record RunMetrics(
    IReadOnlyList<StepRecord> Steps,
    IReadOnlyList<ValidationRecord> Validations,
    IReadOnlyList<TrainingIncident> Incidents,
    IReadOnlyList<CheckpointRecord> Checkpoints);

/// <summary>A checkpoint that became complete on disk.</summary>
/// <param name="Step">The step it was taken after.</param>
/// <param name="Folder">Where it lay then.</param>
public readonly record struct CheckpointRecord(long Step, string Folder);
