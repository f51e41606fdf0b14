using PlamoNative.Engine;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>One call of an operator that any device can make: the same inputs everywhere, the outputs compared.</summary>
/// <param name="Operator">The operator's name.</param>
/// <param name="Name">What the case stands for.</param>
/// <param name="IsSmall">Small ones run on an emulator too, real ones only on hardware.</param>
/// <param name="Body">Makes inputs, calls the operator and keeps the outputs.</param>
public sealed record DeviceCase(string Operator, string Name, bool IsSmall, Action<CaseRun> Body)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Operator}: {Name}";

    /// <summary>Runs the case on a device.</summary>
    /// <param name="device">Where.</param>
    /// <param name="isDouble">With float64 tensors: the reference, which only the processor gives.</param>
    public IReadOnlyList<CaseOutput> Run(Device device, bool isDouble)
    {
        using var run = new CaseRun(device, isDouble);
        Body(run);
        return run.Outputs;
    }

    /// <summary>Runs the case on a device and on the processor in both precisions, and judges it.</summary>
    /// <param name="device">The device that is judged.</param>
    /// <param name="processor">The processor.</param>
    public CaseVerdict Judge(Device device, CpuDevice processor) =>
        CaseVerdict.Of(Run(processor, isDouble: true), Run(processor, isDouble: false), Run(device, isDouble: false));
}
