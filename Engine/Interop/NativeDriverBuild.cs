using System.Diagnostics;
using System.Globalization;

namespace PlamoNative.Engine;

/// <summary>
/// What identifies the build of the loaded NVIDIA driver. The CUDA version that the driver tells stays the same over many builds, each with an assembler of its
/// own; and the kernel module and the library in a container may be of different builds, so both are asked.
/// </summary>
internal static class NativeDriverBuild
{
    private const string ModuleVersion = "/proc/driver/nvidia/version";
    private const string Mappings = "/proc/self/maps";

    /// <summary>Module and library on one line, as far as they can be read.</summary>
    /// <param name="libraryName">Of the library, which is loaded.</param>
    internal static string Find(string libraryName)
    {
        if (OperatingSystem.IsWindows())
        {
            return Library(Path.Combine(Environment.SystemDirectory, libraryName));
        }

        var module = Read(ModuleVersion) is { } text ? text.ReplaceLineEndings(" ").Trim() : "";
        return $"{module}|{(Read(Mappings) is { } maps && MappedFile(maps, libraryName) is { } path ? Library(path) : "")}";
    }

    /// <summary>The file that a library was loaded from. Links are resolved in the list, so only the name up to <c>.so</c> is compared.</summary>
    /// <param name="maps">Lines of <c>/proc/self/maps</c>: five fields and a path.</param>
    /// <param name="libraryName">Such as <c>libcuda.so.1</c>, whose file may be <c>libcuda.so.550.54.15</c>.</param>
    internal static string? MappedFile(string maps, string libraryName)
    {
        var stem = "/" + libraryName[..(libraryName.IndexOf(".so", StringComparison.Ordinal) + 3)];
        foreach (var line in maps.AsSpan().EnumerateLines())
        {
            var slash = line.IndexOf('/');
            if (slash >= 0 && line[line.LastIndexOf('/')..].StartsWith(stem, StringComparison.Ordinal))
            {
                return line[slash..].ToString();
            }
        }

        return null;
    }

    /// <summary>Name, version where the system keeps one, length and time of writing of a file; empty where it cannot be read.</summary>
    internal static string Library(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var version = OperatingSystem.IsWindows() ? FileVersionInfo.GetVersionInfo(path).FileVersion : "";
            return string.Create(CultureInfo.InvariantCulture, $"{file.Name} {version} {file.Length} {file.LastWriteTimeUtc.Ticks}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
