namespace PlamoNative.Engine;

/// <summary>Properties of a device, numbered as the driver numbers them (<c>CUdevice_attribute</c>).</summary>
internal enum CudaDeviceAttribute
{
    MaxThreadsPerBlock = 1,
    MaxGridX = 5,
    SharedBytesPerBlock = 8,
    WarpSize = 10,
    RegistersPerBlock = 12,
    ClockKilohertz = 13,
    MultiprocessorCount = 16,
    MemoryClockKilohertz = 36,
    MemoryBusBits = 37,
    L2Bytes = 38,
    MaxThreadsPerMultiprocessor = 39,
    IsEccOn = 32,
    AsyncEngines = 40,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    SharedBytesPerMultiprocessor = 81,
    RegistersPerMultiprocessor = 82,
    SharedBytesPerBlockOptIn = 97,
    MaxBlocksPerMultiprocessor = 106,
    ReservedSharedBytesPerBlock = 111,
}

/// <summary>Properties of a loaded kernel, numbered as the driver numbers them (<c>CUfunction_attribute</c>).</summary>
internal enum CudaFunctionAttribute
{
    MaxThreadsPerBlock = 0,
    StaticSharedBytes = 1,
    ConstantBytes = 2,
    LocalBytes = 3,
    Registers = 4,
    PtxVersion = 5,
    BinaryVersion = 6,
    MaxDynamicSharedBytes = 8,
    AllowsNonPortableCluster = 14,
}

/// <summary>The driver's result codes that are told apart here (<c>CUresult</c>).</summary>
internal static class CudaResult
{
    internal const int Success = 0;
    internal const int InvalidValue = 1;
    internal const int OutOfMemory = 2;
    internal const int InvalidImage = 200;
    internal const int NoBinaryForDevice = 209;
    internal const int PeerAccessAlreadyEnabled = 704;
    internal const int InvalidCapture = 901;
    internal const int NotFound = 500;
    internal const int NotReady = 600;
    internal const int IllegalAddress = 700;
    internal const int LaunchFailed = 719;
    internal const int NotSupported = 801;
}
