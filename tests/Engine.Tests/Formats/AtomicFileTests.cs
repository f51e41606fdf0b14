using System.Diagnostics;
using System.Runtime.Versioning;
using PlamoNative.Engine.Formats;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

public class AtomicFileTests
{
    [Fact]
    public void A_new_file_appears_with_its_content_and_nothing_else_stays_behind()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllText(folder["a.txt"], "new");
        Assert.Equal("new", File.ReadAllText(folder["a.txt"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void An_interrupted_write_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.txt", "old");
        Assert.Throws<OperationCanceledException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[200_000]);
            throw new OperationCanceledException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void The_old_file_stays_readable_until_the_commit()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.txt", "old");
        using var file = AtomicFile.Create(path);
        file.Stream.Write("new"u8);
        file.Stream.Flush();
        Assert.Equal("old", File.ReadAllText(path));
        file.Commit();
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Throws<InvalidOperationException>(file.Commit);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_replaced_file_keeps_its_permissions()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix permissions");
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.txt", "old");
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(path, Mode);
        AtomicFile.WriteAllText(path, "new");
        Assert.Equal(Mode, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_link_stays_and_the_file_behind_it_is_replaced()
    {
        using var folder = new TemporaryFolder();
        var real = folder.Write("real.txt", "old");
        File.CreateSymbolicLink(folder["link.txt"], "real.txt");
        AtomicFile.WriteAllText(folder["link.txt"], "new");
        Assert.Equal("new", File.ReadAllText(real));
        Assert.NotNull(new FileInfo(folder["link.txt"]).LinkTarget);
    }

    [Fact]
    public void A_link_to_nothing_gets_its_target()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["link.txt"], "later.txt");
        AtomicFile.WriteAllText(folder["link.txt"], "new");
        Assert.Equal("new", File.ReadAllText(folder["later.txt"]));
        Assert.NotNull(new FileInfo(folder["link.txt"]).LinkTarget);
    }

    [Fact]
    public void A_name_as_long_as_names_can_be_is_written()
    {
        using var folder = new TemporaryFolder();
        var path = folder[new string('n', 255)];
        AtomicFile.WriteAllText(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_device_is_written_to_and_not_replaced()
    {
        Assert.SkipUnless(File.Exists("/dev/null"), "needs /dev/null");
        AtomicFile.WriteAllText("/dev/null", "gone");
        Assert.Equal(FileKind.Device, FileKinds.Of("/dev/null"));
        AtomicFile.WriteAllText("/dev/stderr", "");
    }

    [Fact]
    public void A_full_disk_is_an_IOException_that_names_the_path()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        var error = Assert.ThrowsAny<IOException>(() => AtomicFile.WriteAllText("/dev/full", "text"));
        Assert.StartsWith("/dev/full: cannot be written: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_written_to_and_not_replaced()
    {
        using var folder = new TemporaryFolder();
        var path = MakePipe(folder);
        var reading = Task.Run(() => File.ReadAllText(path), TestContext.Current.CancellationToken);
        AtomicFile.WriteAllText(path, "through the pipe");
        Assert.Equal("through the pipe", await reading);
        Assert.Equal(FileKind.Pipe, FileKinds.Of(path));
    }

    [Fact]
    public void A_missing_folder_is_an_IOException_that_names_the_path()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder["no"], "a.txt");
        var error = Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.WriteAllText(path, "x"));
        Assert.StartsWith($"{path}: cannot be written: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_an_IOException()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<IOException>(() => AtomicFile.WriteAllText(folder.Root, "x"));
        Assert.Contains("found a folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_folder_that_may_not_be_written_is_refused_with_the_path()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "needs Unix permissions and a user whom they bind");
        using var folder = new TemporaryFolder();
        var inner = Directory.CreateDirectory(folder["locked"], UnixFileMode.UserRead | UnixFileMode.UserExecute).FullName;
        var error = Assert.Throws<UnauthorizedAccessException>(() => AtomicFile.WriteAllText(Path.Combine(inner, "a"), "x"));
        Assert.StartsWith($"{inner}/a: cannot be written: ", error.Message, StringComparison.Ordinal);
    }

    internal static string MakePipe(TemporaryFolder folder)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs named pipes in the file system");
        var path = folder["pipe"];
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        return path;
    }
}
