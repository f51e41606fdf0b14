using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Verbs;

/// <summary>The machine as this process sees it: devices, SIMD, driver, memory.</summary>
internal sealed record MachineFacts(string DeviceInUse, int ThreadCount, long MemoryBytes, CudaProbe Cuda)
{
    internal static MachineFacts Read(Device device) => new(
        device.Name, device is CpuDevice cpu ? cpu.Workers.ThreadCount : Environment.ProcessorCount, CpuInfo.TotalMemoryBytes, DeviceCatalog.Cuda);

    /// <summary>The widest vectors of this process, in bits.</summary>
    private static int VectorBits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    internal void Describe(FactSheet sheet)
    {
        sheet.Group("cpu");
        sheet.Add("model", CpuInfo.ModelName);
        sheet.Add("SIMD", CpuInfo.InstructionSet);
        sheet.Add("threads", $"{ThreadCount} in use, {Environment.ProcessorCount} logical processors");
        sheet.Add("memory", Units.Bytes(MemoryBytes));
        sheet.Add("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.FrameworkDescription}");
        sheet.Group("cuda");
        sheet.Add("driver", Cuda.DriverVersion is { } version ? $"CUDA {version}" : "none");
        sheet.Add("kernels", DescribeKernels());
        if (Cuda.Problem is { } problem)
        {
            sheet.Add("problem", problem);
        }

        foreach (var gpu in Cuda.Devices)
        {
            sheet.Add(
                $"cuda:{gpu.Ordinal}",
                $"{gpu.Name}, sm_{gpu.ComputeCapabilityMajor}{gpu.ComputeCapabilityMinor}, {gpu.MultiprocessorCount} multiprocessors at {gpu.ClockMegahertz} MHz");
            sheet.Add(
                "memory",
                $"{Units.Bytes(gpu.TotalMemoryBytes)}, {gpu.MemoryBusBits} bits at {gpu.MemoryClockMegahertz} MHz ({gpu.MemoryGigabytesPerSecond:0} GB/s), ECC {(gpu.IsEccOn ? "on" : "off")}, L2 {Units.Bytes(gpu.L2Bytes)}");
            sheet.Add(
                "shared",
                $"{Units.Bytes(gpu.SharedBytesPerMultiprocessor)} a multiprocessor, {Units.Bytes(gpu.SharedBytesPerBlockOptIn)} a block ({Units.Bytes(gpu.SharedBytesPerBlock)} unasked, {Units.Bytes(gpu.ReservedSharedBytesPerBlock)} reserved)");
            sheet.Add(
                "threads",
                $"{gpu.MaxThreadsPerMultiprocessor} and {gpu.MaxBlocksPerMultiprocessor} blocks a multiprocessor, {gpu.MaxThreadsPerBlock} a block, warps of {gpu.WarpSize}, {gpu.RegistersPerMultiprocessor} registers, {gpu.AsyncEngines} copy engines");
        }
    }

    /// <summary>How many kernels were deployed and for which targets, or why there are none.</summary>
    private static string DescribeKernels()
    {
        try
        {
            var kernels = KernelLibrary.Default.Kernels;
            var targets = kernels.Select(static kernel => kernel.Architecture).Distinct().OrderBy(static target => (target.Major, target.Minor, target.IsExact));
            return $"{kernels.Select(static kernel => kernel.Name).Distinct().Count()} for {string.Join(", ", targets.Select(static target => target.Target))}";
        }
        catch (Exception failure) when (failure is KernelNotFoundException or ModelFormatException)
        {
            return failure.Message;
        }
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("device", DeviceInUse);
        writer.WriteStartArray("devices");
        writer.WriteStartObject();
        writer.WriteString("name", "cpu");
        writer.WriteString("model", CpuInfo.ModelName);
        writer.WriteString("simd", CpuInfo.InstructionSet);
        writer.WriteNumber("vector_bits", VectorBits);
        writer.WriteNumber("threads", ThreadCount);
        writer.WriteNumber("logical_processors", Environment.ProcessorCount);
        writer.WriteNumber("memory_bytes", MemoryBytes);
        writer.WriteEndObject();
        foreach (var gpu in Cuda.Devices)
        {
            writer.WriteStartObject();
            writer.WriteString("name", $"cuda:{gpu.Ordinal}");
            writer.WriteString("model", gpu.Name);
            writer.WriteString("compute_capability", $"{gpu.ComputeCapabilityMajor}.{gpu.ComputeCapabilityMinor}");
            writer.WriteNumber("multiprocessors", gpu.MultiprocessorCount);
            writer.WriteNumber("memory_bytes", gpu.TotalMemoryBytes);
            writer.WriteNumber("clock_mhz", gpu.ClockMegahertz);
            writer.WriteNumber("memory_clock_mhz", gpu.MemoryClockMegahertz);
            writer.WriteNumber("memory_bus_bits", gpu.MemoryBusBits);
            writer.WriteNumber("memory_gb_per_second", gpu.MemoryGigabytesPerSecond);
            writer.WriteBoolean("ecc", gpu.IsEccOn);
            writer.WriteNumber("l2_bytes", gpu.L2Bytes);
            writer.WriteNumber("shared_bytes_per_multiprocessor", gpu.SharedBytesPerMultiprocessor);
            writer.WriteNumber("shared_bytes_per_block", gpu.SharedBytesPerBlock);
            writer.WriteNumber("shared_bytes_per_block_optin", gpu.SharedBytesPerBlockOptIn);
            writer.WriteNumber("registers_per_multiprocessor", gpu.RegistersPerMultiprocessor);
            writer.WriteNumber("max_threads_per_multiprocessor", gpu.MaxThreadsPerMultiprocessor);
            writer.WriteNumber("max_threads_per_block", gpu.MaxThreadsPerBlock);
            writer.WriteNumber("warp_size", gpu.WarpSize);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("driver", Cuda.DriverVersion);
        writer.WriteString("driver_problem", Cuda.Problem);
        writer.WriteString("system", RuntimeInformation.OSDescription);
        writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
    }
}
