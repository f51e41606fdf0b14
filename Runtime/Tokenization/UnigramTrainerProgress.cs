namespace PlamoNative.Runtime.Tokenization;

/// <summary>Where training stands.</summary>
/// <param name="Round">The pruning round, from 1; 0 while candidates are gathered.</param>
/// <param name="PieceCount">Pieces in play now (control and byte tokens are not counted).</param>
/// <param name="TargetCount">Pieces wanted at the end.</param>
/// <param name="NatsPerCharacter">Minus the logarithm of the corpus's likelihood, per code point; NaN until it is known.</param>
public readonly record struct UnigramTrainerProgress(int Round, int PieceCount, int TargetCount, double NatsPerCharacter);
