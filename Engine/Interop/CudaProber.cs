using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace PlamoNative.Engine;

/// <summary>What probing the NVIDIA driver found: the only native library that the project ever loads, and only when it is there.</summary>
internal static unsafe class CudaProber
{
    private const int AttributeComputeCapabilityMajor = 75;
    private const int AttributeComputeCapabilityMinor = 76;
    private const int AttributeMultiprocessorCount = 16;

    private static readonly Lazy<CudaProbe> Found = new(ProbeOnce);

    internal static CudaProbe Probe() => Found.Value;

    private static CudaProbe ProbeOnce()
    {
        var library = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!NativeLibrary.TryLoad(library, out var handle))
        {
            return new CudaProbe(null, [], $"no NVIDIA driver: {library} was not found");
        }

        try
        {
            var init = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(handle, "cuInit");
            var driverVersion = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(handle, "cuDriverGetVersion");
            var deviceCount = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(handle, "cuDeviceGetCount");
            var name = (delegate* unmanaged<byte*, int, int, int>)NativeLibrary.GetExport(handle, "cuDeviceGetName");
            var attribute = (delegate* unmanaged<int*, int, int, int>)NativeLibrary.GetExport(handle, "cuDeviceGetAttribute");
            var totalMemory = (delegate* unmanaged<nuint*, int, int>)NativeLibrary.GetExport(handle, "cuDeviceTotalMem_v2");

            var code = init(0);
            if (code != 0)
            {
                return new CudaProbe(null, [], $"{library} is there, but cuInit failed with code {code}");
            }

            int version, count;
            if ((code = driverVersion(&version)) != 0 || (code = deviceCount(&count)) != 0)
            {
                return new CudaProbe(null, [], $"{library} is there, but it does not answer (code {code})");
            }

            var versionText = string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");
            var devices = new List<CudaDeviceInfo>();
            var buffer = stackalloc byte[256];
            for (var ordinal = 0; ordinal < count; ordinal++)
            {
                int major = 0, minor = 0, processors = 0;
                nuint bytes = 0;
                _ = name(buffer, 256, ordinal);
                _ = attribute(&major, AttributeComputeCapabilityMajor, ordinal);
                _ = attribute(&minor, AttributeComputeCapabilityMinor, ordinal);
                _ = attribute(&processors, AttributeMultiprocessorCount, ordinal);
                _ = totalMemory(&bytes, ordinal);
                var text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
                devices.Add(new CudaDeviceInfo(ordinal, text, major, minor, processors, (long)bytes));
            }

            return new CudaProbe(versionText, devices, devices.Count == 0 ? "the NVIDIA driver is there, but it lists no device" : null);
        }
        catch (EntryPointNotFoundException exception)
        {
            return new CudaProbe(null, [], $"{library} is too old: {exception.Message}");
        }
    }
}
