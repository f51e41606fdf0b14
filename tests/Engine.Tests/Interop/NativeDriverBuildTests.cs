using Xunit;

namespace PlamoNative.Engine.Tests.Interop;

public sealed class NativeDriverBuildTests
{
    [Fact]
    public void The_file_of_the_loaded_library_is_found_behind_its_link()
    {
        const string Maps = """
            7f0000000000-7f0000001000 r-xp 00000000 08:01 11                         /usr/lib/libcudart.so.12
            7f0000001000-7f0000002000 rw-p 00000000 00:00 0
            7f0000002000-7f0000003000 r-xp 00000000 08:01 12                         /usr/lib/the nvidia/libcuda.so.550.54.15
            7f0000003000-7f0000004000 r--p 00001000 08:01 13                         /usr/lib/libcuda.so.1
            """;
        Assert.Equal("/usr/lib/the nvidia/libcuda.so.550.54.15", NativeDriverBuild.MappedFile(Maps, "libcuda.so.1"));
        Assert.Null(NativeDriverBuild.MappedFile(Maps, "libother.so.1"));
    }

    [Fact]
    public void A_file_that_is_written_anew_is_another_build_and_a_missing_one_none()
    {
        var path = Path.GetTempFileName();
        try
        {
            var before = NativeDriverBuild.Library(path);
            Assert.Contains(Path.GetFileName(path), before, StringComparison.Ordinal);
            File.WriteAllText(path, "another");
            Assert.NotEqual(before, NativeDriverBuild.Library(path));
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal("", NativeDriverBuild.Library(path));
    }

    [Fact]
    public void The_libraries_of_this_process_are_in_the_list_as_the_driver_would_be()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        Assert.EndsWith("libcoreclr.so", NativeDriverBuild.MappedFile(File.ReadAllText("/proc/self/maps"), "libcoreclr.so"), StringComparison.Ordinal);
        Assert.NotEqual("|", NativeDriverBuild.Find("libcoreclr.so"));
    }
}
