namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Every case of every operator: what the emulator's tests and a GPU's self-test run.</summary>
public static class DeviceCases
{
    /// <summary>All cases, small ones first in each family.</summary>
    public static IReadOnlyList<DeviceCase> All { get; } =
    [
        .. RowDeviceCases.All, .. EmbeddingDeviceCases.All, .. ConvolutionDeviceCases.All, .. LinearDeviceCases.All, .. CrossEntropyDeviceCases.All,
        .. AttentionDeviceCases.All, .. ScanDeviceCases.All, .. OptimizerDeviceCases.All, .. PointwiseDeviceCases.All, .. ReductionDeviceCases.All, .. IndexingDeviceCases.All,
        .. SamplingDeviceCases.All,
    ];

    /// <summary>The operators that have cases.</summary>
    public static IReadOnlyList<string> Operators { get; } = [.. All.Select(static one => one.Operator).Distinct()];
}
