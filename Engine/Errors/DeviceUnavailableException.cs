namespace PlamoNative.Engine;

/// <summary>A device was asked for by name and is not there; nothing falls back silently.</summary>
public sealed class DeviceUnavailableException(string device, string reason)
    : Exception($"device '{device}' is not available: {reason}")
{
    /// <summary>The name that was asked for, such as <c>cuda:0</c>.</summary>
    public string Device { get; } = device;

    /// <summary>What probing found.</summary>
    public string Reason { get; } = reason;
}
