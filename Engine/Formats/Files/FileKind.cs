using System.Runtime.InteropServices;

namespace PlamoNative.Engine.Formats;

/// <summary>What a path leads to once links are followed.</summary>
internal enum FileKind
{
    Missing,
    Regular,
    Directory,
    Pipe,
    Device,
    Socket,
}

/// <summary>
/// Asks the operating system what a path is without opening it: opening a pipe would wait for its other end. .NET has no call for it, so Linux and
/// macOS are asked by <c>statx</c> and <c>stat</c>; elsewhere, or where they are forbidden, only files and folders are told apart.
/// </summary>
internal static partial class FileKinds
{
    private const int CurrentDirectory = -100;
    private const uint TypeOnly = 1;
    private const int LinuxModeOffset = 28;
    private const int LinuxAttributesOffset = 8;
    private const ulong MountRoot = 0x2000;
    private const int MacModeOffset = 4;
    private const int BufferBytes = 512;
    private const int NothingThere = 0;
    private const int NotPermitted = 1;
    private const int NoSuchCall = 38;

    internal static FileKind Of(string path)
    {
        if (OperatingSystem.IsWindows() && path.StartsWith(@"\\.\", StringComparison.Ordinal))
        {
            return path.StartsWith(@"\\.\pipe\", StringComparison.OrdinalIgnoreCase) ? FileKind.Pipe : FileKind.Device;
        }

        return UnixMode(path) switch
        {
            null => Directory.Exists(path) ? FileKind.Directory : File.Exists(path) ? FileKind.Regular : FileKind.Missing,
            NothingThere => FileKind.Missing,
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            _ => FileKind.Device,
        };
    }

    /// <summary>True for a folder on which something is mounted: it cannot be renamed. Linux only; elsewhere renaming says so itself.</summary>
    internal static unsafe bool IsMountPoint(string path)
    {
        var buffer = stackalloc byte[BufferBytes];
        try
        {
            return OperatingSystem.IsLinux() && StatX(CurrentDirectory, path, 0, TypeOnly, buffer) == 0 && (*(ulong*)(buffer + LinuxAttributesOffset) & MountRoot) != 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    internal static string Describe(FileKind kind) => kind switch
    {
        FileKind.Regular => "a file",
        FileKind.Directory => "a folder",
        FileKind.Pipe => "a pipe",
        FileKind.Device => "a device",
        FileKind.Socket => "a socket",
        _ => "nothing",
    };

    /// <summary>The type bits of st_mode, <see cref="NothingThere"/> when the path leads nowhere, null when the system has no such call or forbids it.</summary>
    private static unsafe int? UnixMode(string path)
    {
        var buffer = stackalloc byte[BufferBytes];
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return StatX(CurrentDirectory, path, 0, TypeOnly, buffer) == 0
                    ? *(ushort*)(buffer + LinuxModeOffset) & 0xF000
                    : Marshal.GetLastPInvokeError() is NoSuchCall or NotPermitted ? null : NothingThere;
            }

            if (OperatingSystem.IsMacOS())
            {
                var failed = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? StatMacX64(path, buffer) : Stat(path, buffer);
                return failed == 0 ? *(ushort*)(buffer + MacModeOffset) & 0xF000 : NothingThere;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int folder, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat(string path, byte* result);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatMacX64(string path, byte* result);
}
