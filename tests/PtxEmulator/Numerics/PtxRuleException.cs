namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>An operand breaks a rule of the PTX ISA whose outcome is undefined there; the emulator turns it into a finding with its place.</summary>
public sealed class PtxRuleException(string message) : Exception(message);
