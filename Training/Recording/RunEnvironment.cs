using System.Buffers;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Recording;

/// <summary>environment.json: {"starts": [...]}, one entry for each time that a process started the run or went on with it.</summary>
internal static class RunEnvironment
{
    private const int LongestFile = 16 << 20;

    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds an entry for this process; a run that begins starts the list anew.</summary>
    /// <exception cref="ModelFormatException">The file of a run that goes on is not what was written there.</exception>
    internal static void Append(string path, RunStart start)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteStartArray("starts");
            if (start.ResumedFrom is not null && File.Exists(path))
            {
                CopyEarlier(path, json);
            }

            WriteStart(json, start);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        AtomicFile.WriteAllBytes(path, buffer.WrittenSpan);
    }

    private static void CopyEarlier(string path, Utf8JsonWriter json)
    {
        try
        {
            using var earlier = JsonDocument.Parse(InputFile.ReadAllBytes(path, LongestFile));
            if (earlier.RootElement.ValueKind != JsonValueKind.Object || !earlier.RootElement.TryGetProperty("starts", out var starts) || starts.ValueKind != JsonValueKind.Array)
            {
                throw new ModelFormatException(path, "starts", "an array", "something else");
            }

            foreach (var entry in starts.EnumerateArray())
            {
                entry.WriteTo(json);
            }
        }
        catch (JsonException failure)
        {
            throw new ModelFormatException(path, "file", "JSON", Json.Describe(failure), innerException: failure);
        }
    }

    private static void WriteStart(Utf8JsonWriter json, RunStart start)
    {
        var version = typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        json.WriteStartObject();
        json.WriteString("time", start.Clock.GetUtcNow().UtcDateTime);
        if (start.ResumedFrom is { } step)
        {
            json.WriteNumber("resumed_from", step);
        }

        json.WriteString("cpu", CpuInfo.ModelName);
        json.WriteString("instruction_set", CpuInfo.InstructionSet);
        json.WriteNumber("simd_bits", Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0);
        json.WriteNumber("logical_processors", Environment.ProcessorCount);
        json.WriteNumber("threads", start.ThreadCount);
        json.WriteNumber("memory_bytes", CpuInfo.TotalMemoryBytes);
        if (start.PeakFlopsPerSecond > 0)
        {
            json.WriteNumber("peak_flops_per_second", start.PeakFlopsPerSecond);
        }

        json.WriteString("operating_system", RuntimeInformation.OSDescription);
        json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("version", plus < 0 ? version : version[..plus]);
        if (plus >= 0)
        {
            json.WriteString("git_revision", version[(plus + 1)..]);
        }

        json.WriteStartObject("seeds");
        foreach (var (name, seed) in start.Seeds)
        {
            json.WriteNumber(name, seed);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
