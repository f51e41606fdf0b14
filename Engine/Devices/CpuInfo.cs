using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Engine;

/// <summary>What this process can see of the processor it runs on.</summary>
public static class CpuInfo
{
    /// <summary>The processor's own name, or the architecture where the system does not tell.</summary>
    public static string ModelName { get; } = ReadModelName();

    /// <summary>The widest instruction set that kernels use in this process: AVX-512, AVX2+FMA, NEON, or none.</summary>
    public static string InstructionSet { get; } =
        Vector512.IsHardwareAccelerated ? "AVX-512"
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? "AVX2+FMA"
        : AdvSimd.IsSupported ? "NEON"
        : Vector128.IsHardwareAccelerated ? "128-bit SIMD without FMA"
        : "no SIMD";

    /// <summary>Physical memory of the machine or of the container, in bytes.</summary>
    public static long TotalMemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static string ReadModelName()
    {
        const string CpuInfoFile = "/proc/cpuinfo";
        if (OperatingSystem.IsLinux() && File.Exists(CpuInfoFile))
        {
            foreach (var line in File.ReadLines(CpuInfoFile))
            {
                if (line.StartsWith("model name", StringComparison.Ordinal) && line.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0)
                {
                    return line[(colon + 1)..].Trim();
                }
            }
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
