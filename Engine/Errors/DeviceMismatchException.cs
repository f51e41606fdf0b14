namespace PlamoNative.Engine;

/// <summary>A tensor is on another device than the work it is given to.</summary>
/// <param name="operation">The operator or kernel.</param>
/// <param name="name">The parameter.</param>
/// <param name="expected">The device that the work runs on.</param>
/// <param name="actual">The device that the tensor is on.</param>
public sealed class DeviceMismatchException(string operation, string name, string expected, string actual)
    : ArgumentException($"{operation}: {name} is on the wrong device: expected {expected}, actual {actual}", name)
{
}
