namespace PlamoNative.Training.Loop;

/// <summary>A run cannot go on: its losses stay bad after every way out. The last checkpoint is on disk.</summary>
/// <param name="message">One line: what, at which step, and what was tried.</param>
public sealed class TrainingFailedException(string message) : Exception(message);
