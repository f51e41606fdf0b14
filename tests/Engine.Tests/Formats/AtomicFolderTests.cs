using System.Runtime.Versioning;
using PlamoNative.Engine.Formats;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

public class AtomicFolderTests
{
    [Fact]
    public void A_new_folder_appears_at_the_commit()
    {
        using var root = new TemporaryFolder();
        using (var folder = AtomicFolder.Create(root["M"]))
        {
            File.WriteAllText(Path.Combine(folder.StagingPath, "config.json"), "{}");
            Assert.False(Directory.Exists(root["M"]));
            folder.Commit();
        }

        Assert.True(File.Exists(root["M/config.json"]));
        Assert.Single(Directory.GetFileSystemEntries(root.Root));
    }

    [Fact]
    public void An_interrupted_write_leaves_the_old_folder()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["M"]);
        root.Write("M/config.json", "old");
        using (var folder = AtomicFolder.Create(root["M"]))
        {
            File.WriteAllText(Path.Combine(folder.StagingPath, "config.json"), "new");
        }

        Assert.Equal("old", File.ReadAllText(root["M/config.json"]));
        Assert.Single(Directory.GetFileSystemEntries(root.Root));
    }

    [Fact]
    public void The_old_folder_goes_and_what_is_not_the_writers_own_stays()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["M"]);
        root.Write("M/config.json", "old");
        root.Write("M/model-00002-of-00002.safetensors", "stale");
        root.Write("M/notes.txt", "mine");
        using (var folder = AtomicFolder.Create(root["M/"], static name => name.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            File.WriteAllText(Path.Combine(folder.StagingPath, "config.json"), "new");
            folder.Commit();
            Assert.Throws<InvalidOperationException>(folder.Commit);
        }

        Assert.Equal("new", File.ReadAllText(root["M/config.json"]));
        Assert.Equal("mine", File.ReadAllText(root["M/notes.txt"]));
        Assert.False(File.Exists(root["M/model-00002-of-00002.safetensors"]));
        Assert.Single(Directory.GetFileSystemEntries(root.Root));
    }

    [Fact]
    public void A_link_to_a_folder_stays_and_the_folder_behind_it_is_replaced()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["real"]);
        Directory.CreateSymbolicLink(root["M"], "real");
        using var folder = AtomicFolder.Create(root["M"]);
        File.WriteAllText(Path.Combine(folder.StagingPath, "config.json"), "new");
        folder.Commit();
        Assert.Equal("new", File.ReadAllText(root["real/config.json"]));
        Assert.NotNull(new DirectoryInfo(root["M"]).LinkTarget);
    }

    [Fact]
    public void A_file_in_place_of_the_folder_and_a_missing_parent_are_refused()
    {
        using var root = new TemporaryFolder();
        root.Write("file", "x");
        Assert.Contains("found a file", Assert.Throws<IOException>(() => AtomicFolder.Create(root["file"])).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFolder.Create(root["no/M"]));
    }

    [Fact]
    public void A_folder_that_cannot_be_swapped_gets_its_files_one_by_one()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["M"]);
        root.Write("M/config.json", "old");
        root.Write("M/model-00002-of-00002.safetensors", "stale");
        root.Write("M/notes.txt", "mine");
        using (var folder = AtomicFolder.CreateInside(root["M"], static name => name.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            File.WriteAllText(Path.Combine(folder.StagingPath, "config.json"), "new");
            File.WriteAllText(Path.Combine(folder.StagingPath, "model.safetensors"), "weights");
            Assert.Equal("old", File.ReadAllText(root["M/config.json"]));
            folder.Commit();
        }

        Assert.Equal(["config.json", "model.safetensors", "notes.txt"], Directory.GetFileSystemEntries(root["M"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("new", File.ReadAllText(root["M/config.json"]));
        using (AtomicFolder.CreateInside(root["M"], null))
        {
            Assert.Equal(4, Directory.GetFileSystemEntries(root["M"]).Length);
        }

        Assert.Equal(3, Directory.GetFileSystemEntries(root["M"]).Length);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_folder_in_a_parent_that_may_not_be_written_is_still_filled()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "needs Unix permissions and a user whom they bind");
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["locked/M"]);
        File.SetUnixFileMode(root["locked"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using (var folder = AtomicFolder.Create(root["locked/M"]))
        {
            File.WriteAllText(Path.Combine(folder.StagingPath, "config.json"), "new");
            folder.Commit();
        }

        Assert.Equal("new", File.ReadAllText(root["locked/M/config.json"]));
        var error = Assert.Throws<UnauthorizedAccessException>(() => AtomicFolder.Create(root["locked/N"]));
        Assert.StartsWith($"{root["locked/N"]}: cannot be written: ", error.Message, StringComparison.Ordinal);
        File.SetUnixFileMode(root["locked"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void A_mount_point_is_recognized()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using var root = new TemporaryFolder();
        Assert.True(FileKinds.IsMountPoint("/proc"));
        Assert.False(FileKinds.IsMountPoint(root.Root));
    }
}
