using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Engine;

/// <summary>
/// Assembled kernels on disk. A file's name is the hash of all that its machine code depends on: the PTX text, the options, the driver's build and the device; its content
/// is the SHA-256 of the machine code and then the code. Files appear whole or not at all, so programs can share the folder. A damaged file is replaced; a folder
/// that cannot be written only costs time.
/// </summary>
/// <param name="folder">Where; made when something is kept.</param>
/// <param name="mostBytes">What all files may have together; the ones that were not used for the longest time go first.</param>
/// <param name="touch">Marks a file as used now; tests refuse it as a folder does that can only be read.</param>
internal sealed class CubinCache(string folder, long mostBytes = CubinCache.MostBytes, Action<FileInfo>? touch = null)
{
    internal const long MostBytes = 256L << 20;
    private const string Extension = ".cubin";
    private const int LargestFile = 64 << 20;

    /// <summary>Why the folder could not be used, from the last time that it could not.</summary>
    internal string? Problem { get; private set; }

    /// <summary>The folder of a device's options: none, its own, that of <c>PLAMO_CACHE</c>, or the user's.</summary>
    internal static CubinCache? For(CudaDeviceOptions options)
    {
        var folder = options.CacheFolder ?? DefaultFolder();
        return string.IsNullOrEmpty(folder) ? null : new CubinCache(folder);
    }

    /// <summary>The name of the file for a text.</summary>
    /// <param name="ptx">The text.</param>
    /// <param name="options">How it is assembled.</param>
    /// <param name="device">For which device.</param>
    /// <param name="driverBuild">Of <see cref="CudaDriver.Build"/>: drivers of one CUDA version have different assemblers.</param>
    internal static string KeyOf(ReadOnlySpan<byte> ptx, in CudaModuleOptions options, CudaDeviceInfo device, string driverBuild)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(ptx);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"2|{options.OptimizationLevel}|{options.MaximumRegisters}|{options.HasLineInformation}|{device.DriverVersion}|{device.ComputeCapabilityMajor}.{device.ComputeCapabilityMinor}|{device.Name}|{driverBuild}")));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The machine code of a name, or null where there is none or it is damaged.</summary>
    internal byte[]? Find(string key)
    {
        var path = PathOf(key);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length is <= SHA256.HashSizeInBytes or > LargestFile)
            {
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            var code = bytes.AsSpan(Math.Min(bytes.Length, SHA256.HashSizeInBytes));
            if (!bytes.AsSpan().StartsWith(SHA256.HashData(code)))
            {
                return null;
            }

            Touch(file);
            return code.ToArray();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Problem = failure.Message;
            return null;
        }
    }

    /// <summary>Keeps machine code under a name, and makes room.</summary>
    internal void Keep(string key, ReadOnlySpan<byte> code)
    {
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.WriteAllBytes(PathOf(key), [.. SHA256.HashData(code), .. code]);
            MakeRoom();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Problem = failure.Message;
        }
    }

    private static string DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable("PLAMO_CACHE") is { Length: > 0 } chosen)
        {
            return Path.Combine(chosen, "cubins");
        }

        if (!OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } shared && Path.IsPathRooted(shared))
        {
            return Path.Combine(shared, "plamo", "cubins");
        }

        var home = Environment.GetFolderPath(
            OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile);
        return home.Length == 0 ? "" : Path.Combine(home, OperatingSystem.IsWindows() ? "plamo" : Path.Combine(".cache", "plamo"), "cubins");
    }

    /// <summary>Marks a file as used now; in a folder that cannot be written its machine code serves all the same.</summary>
    private void Touch(FileInfo file)
    {
        try
        {
            (touch ?? SetTime)(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Problem = failure.Message;
        }
    }

    private static void SetTime(FileInfo file) => file.LastWriteTimeUtc = DateTime.UtcNow;

    private string PathOf(string key) => Path.Combine(folder, key + Extension);

    private void MakeRoom()
    {
        var files = new DirectoryInfo(folder).GetFiles("*" + Extension);
        var total = files.Sum(file => file.Length);
        if (total <= mostBytes)
        {
            return;
        }

        // Down to three quarters, so that not every new file must look for an old one.
        foreach (var file in files.OrderBy(file => file.LastWriteTimeUtc).ThenBy(file => file.Name, StringComparer.Ordinal))
        {
            total -= file.Length;
            file.Delete();
            if (total <= mostBytes / 4 * 3)
            {
                return;
            }
        }
    }
}
