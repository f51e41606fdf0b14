using System.Text;
using Xunit;

namespace PlamoNative.Engine.Tests.Cuda.Cache;

public sealed class CubinCacheTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly FakeCudaDriver _driver = new() { Links = true };

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public void A_kernel_is_assembled_once_and_then_read_from_disk()
    {
        Use();
        Use();
        Assert.Equal(1, _driver.Count("Link"));
        Assert.Equal(2, _driver.Images.Count);
        Assert.Equal(_driver.Images[0], _driver.Images[1]);
        Assert.StartsWith("cubin of .version", Encoding.UTF8.GetString(_driver.Images[0]), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Another_driver_device_text_or_option_is_another_file()
    {
        Use();
        Use(new CudaDeviceOptions { OptimizationLevel = 1 });
        Use(new CudaDeviceOptions { MaximumRegisters = 64 });
        Use(new CudaDeviceOptions { HasLineInformation = true });
        _driver.Version = 12_050;
        Use();
        _driver.Attributes[CudaDeviceAttribute.ComputeCapabilityMajor] = 8;
        Use();
        Use(kernel: FakeCudaDriver.Kernel("K.Run", "75"));
        _driver.BuildText = "build 2";
        Use();
        Assert.Equal(8, _driver.Count("Link"));
        Assert.Equal(8, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void A_file_whose_time_cannot_be_set_serves_all_the_same()
    {
        new CubinCache(_folder).Keep("key", [1, 2, 3]);
        var cache = new CubinCache(_folder, touch: static _ => throw new UnauthorizedAccessException("a folder that may only be read"));
        Assert.Equal([1, 2, 3], cache.Find("key"));
        Assert.Equal("a folder that may only be read", cache.Problem);
    }

    [Fact]
    public void A_damaged_a_cut_and_a_refused_file_are_replaced()
    {
        Use();
        var path = Directory.GetFiles(_folder).Single();
        var good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, [.. good[..^1], (byte)(good[^1] ^ 1)]);
        Use();
        Assert.Equal(2, _driver.Count("Link"));
        Assert.Equal(good, File.ReadAllBytes(path));
        File.WriteAllBytes(path, good[..10]);
        Use();
        Assert.Equal(3, _driver.Count("Link"));
        _driver.Fail("LoadModule", CudaResult.NoBinaryForDevice);
        Use();
        Assert.Equal(4, _driver.Count("Link"));
        Assert.Equal(good, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_only_costs_time()
    {
        File.WriteAllText(_folder, "a file where the folder should be");
        try
        {
            Use();
            Use();
            Assert.Equal(2, _driver.Count("Link"));
            var cache = new CubinCache(_folder);
            cache.Keep("key", [1]);
            Assert.NotNull(cache.Problem);
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [Fact]
    public void The_files_that_were_not_used_for_the_longest_time_make_room()
    {
        var cache = new CubinCache(_folder, mostBytes: 5 * (1000 + 32));
        for (var i = 0; i < 5; i++)
        {
            cache.Keep($"k{i}", new byte[1000]);
            File.SetLastWriteTimeUtc(Path.Combine(_folder, $"k{i}.cubin"), new DateTime(2020, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc));
        }

        Assert.NotNull(cache.Find("k0"));
        cache.Keep("k5", new byte[1000]);
        Assert.Equal(["k0", "k4", "k5"], Directory.GetFiles(_folder).Select(Path.GetFileNameWithoutExtension).Order());
    }

    [Fact]
    public void The_assemblers_words_are_in_the_exception_on_one_line()
    {
        _driver.Log = "ptxas application ptx input, line 7; error   : Unknown symbol 'x'\nptxas fatal : Ptx assembly aborted";
        _driver.Fail("Link", FakeCudaDriver.InvalidPtx);
        var exception = Assert.Throws<CudaException>(() => Use());
        Assert.Equal("K.Run", exception.Kernel);
        Assert.Equal(FakeCudaDriver.InvalidPtx, exception.Code);
        Assert.Contains("sm_80: ptxas application ptx input, line 7; error   : Unknown symbol 'x' | ptxas fatal", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void A_driver_that_cannot_link_gets_the_text_itself()
    {
        _driver.Links = false;
        Use();
        Assert.Equal(0, _driver.Count("Link"));
        Assert.StartsWith(".version", Encoding.UTF8.GetString(_driver.Images[0]), StringComparison.Ordinal);
        Assert.Equal(0, _driver.Images[0][^1]);
        Assert.False(Directory.Exists(_folder));
    }

    private void Use(CudaDeviceOptions? options = null, KernelManifest? kernel = null)
    {
        using var device = new CudaDevice(
            _driver, 0, FakeCudaDriver.Library(kernel ?? FakeCudaDriver.Kernel("K.Run")), (options ?? new CudaDeviceOptions()) with { CacheFolder = _folder });
        Assert.Same(device.Kernel("K.Run"), device.Kernel("K.Run"));
    }
}
