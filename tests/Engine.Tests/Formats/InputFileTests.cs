using PlamoNative.Engine.Formats;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

public unsafe class InputFileTests
{
    [Fact]
    public void A_pipe_in_place_of_a_file_is_refused_without_waiting_for_its_other_end()
    {
        using var folder = new TemporaryFolder();
        var path = AtomicFileTests.MakePipe(folder);
        FormatAssert.Refused(path, "file", "a pipe", () => InputFile.Open(path));
        FormatAssert.Refused(path, "file", "a pipe", () => SafetensorsFile.Open(path));
    }

    [Fact]
    public void A_device_in_place_of_a_file_is_refused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");
        FormatAssert.Refused("/dev/zero", "file", "a device", () => MappedFile.Open("/dev/zero"));
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        FormatAssert.Refused(folder.Root, "file", "a folder", () => InputFile.Check(folder.Root));
    }

    [Fact]
    public void Links_are_followed_and_a_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("real", "text");
        File.CreateSymbolicLink(folder["link"], "real");
        Assert.Equal("text"u8, InputFile.ReadAllBytes(folder["link"], 100));
        Assert.Contains(folder["no"], Assert.Throws<FileNotFoundException>(() => InputFile.Check(folder["no"])).Message, StringComparison.Ordinal);
        File.CreateSymbolicLink(folder["loop"], "loop");
        Assert.ThrowsAny<IOException>(() => InputFile.Check(folder["loop"]));
    }

    [Fact]
    public void A_file_that_is_too_long_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        using (var sparse = File.Create(folder["sparse"]))
        {
            sparse.SetLength(1L << 40);
        }

        FormatAssert.Refused(folder["sparse"], "file length", $"{1L << 40} bytes", () => InputFile.ReadAllBytes(folder["sparse"], 1000));
    }

    [Fact]
    public void A_map_lives_until_its_last_reference_goes()
    {
        using var folder = new TemporaryFolder();
        var file = MappedFile.Open(folder.Write("a", "abc"));
        var second = file.AddReference();
        file.Dispose();
        Assert.Equal((byte)'b', second.Pointer[1]);
        Assert.Equal("bc"u8, second.Span(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => second.Span(2, 2).Length);
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => (nint)file.Pointer);
        Assert.Throws<ObjectDisposedException>(() => file.AddReference());
    }

    [Fact]
    public void An_empty_file_maps_to_nothing()
    {
        using var folder = new TemporaryFolder();
        using var file = MappedFile.Open(folder.Write("empty", ""));
        Assert.Equal(0, file.Length);
        Assert.True(file.Pointer is null);
        Assert.True(file.Span(0, 0).IsEmpty);
    }
}
