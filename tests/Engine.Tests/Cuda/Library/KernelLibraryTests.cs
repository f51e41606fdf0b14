using System.Buffers.Binary;
using System.Security.Cryptography;
using Xunit;

namespace PlamoNative.Engine.Tests.Cuda.Library;

public sealed class KernelLibraryTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        var kernel = FakeCudaDriver.Kernel("Norm.Forward.f32") with
        {
            StaticSharedBytes = 128,
            UsesDynamicShared = true,
            MinimumBlocks = 2,
            MaximumRegisters = 96,
            ClusterSize = 4,
            Expects = "HMMA LDGSTS",
            BuildHash = "b1",
        };
        var library = FakeCudaDriver.Library(kernel);
        var found = library.Find("Norm.Forward.f32", 8, 0);
        Assert.Equal(kernel.Parameters, found.Parameters);
        Assert.Equal(kernel with { Parameters = found.Parameters, Sha256 = found.Sha256 }, found);
        Assert.Equal(FakeCudaDriver.Ptx("Norm_Forward_f32", kernel.Architecture), library.Text(found));
        Assert.Equal(KernelLibraryFormat.Hash(library.Text(found)), found.Sha256);
    }

    [Theory]
    [InlineData(7, 5, "75")]
    [InlineData(8, 0, "80")]
    [InlineData(8, 6, "80")]
    [InlineData(8, 9, "89")]
    [InlineData(9, 0, "90a")]
    [InlineData(10, 0, "90")]
    [InlineData(12, 1, "90")]
    public void A_device_gets_the_highest_target_that_it_can_run(int major, int minor, string expected)
    {
        var library = FakeCudaDriver.Library(new[] { "90a", "75", "90", "80", "89" }.Select(target => FakeCudaDriver.Kernel("K.Run", target)));
        Assert.Equal(expected, library.Find("K.Run", major, minor).Architecture.ToString());
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest_and_an_old_device_with_the_targets()
    {
        var library = FakeCudaDriver.Library(FakeCudaDriver.Kernel("Norm.Forward.f32", "80"), FakeCudaDriver.Kernel("Norm.Forward.f32", "90a"));
        var unknown = Assert.Throws<KernelNotFoundException>(() => library.Find("Norm.Foward.f32", 8, 0));
        Assert.Contains("did you mean 'Norm.Forward.f32'?", unknown.Message, StringComparison.Ordinal);
        var old = Assert.Throws<KernelNotFoundException>(() => library.Find("Norm.Forward.f32", 7, 5));
        Assert.Contains("compute capability 7.5", old.Message, StringComparison.Ordinal);
        Assert.Contains("sm_90a, sm_80", old.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_that_differ_in_their_target_only_are_stored_once_and_order_does_not_matter()
    {
        KernelManifest[] kernels = [FakeCudaDriver.Kernel("A.Run", "75"), FakeCudaDriver.Kernel("A.Run", "80"), FakeCudaDriver.Kernel("B.Run", "80")];
        var (forwards, backwards) = (Write(kernels), Write(kernels.Reverse()));
        Assert.Equal(forwards, backwards);
        var library = KernelLibrary.Read(forwards, "test.bin");
        Assert.Equal([0, 0, 1], library.Kernels.Select(kernel => kernel.Text));
        Assert.Contains(".target sm_75", library.Text(library.Kernels[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_writer_refuses_a_text_for_another_target_and_a_second_kernel_of_the_same_name()
    {
        var writer = new KernelLibraryWriter();
        var kernel = FakeCudaDriver.Kernel("A.Run", "80");
        Assert.Throws<ArgumentException>(() => writer.Add(kernel, FakeCudaDriver.Ptx("A_Run", new GpuArchitecture(9, 0))));
        writer.Add(kernel, FakeCudaDriver.Ptx("A_Run", kernel.Architecture));
        Assert.Throws<ArgumentException>(() => writer.Add(kernel, FakeCudaDriver.Ptx("A_Run", kernel.Architecture)));
    }

    [Fact]
    public void Every_cut_and_every_flipped_byte_is_a_typed_error()
    {
        var file = Write([FakeCudaDriver.Kernel("A.Run")]);
        for (var length = 0; length < file.Length; length++)
        {
            Assert.Throws<ModelFormatException>(() => KernelLibrary.Read(file[..length], "cut.bin"));
        }

        for (var i = 0; i < file.Length; i++)
        {
            // Bytes 20 to 23 are reserved and unused.
            if (i is < 20 or > 23)
            {
                var damaged = file.ToArray();
                damaged[i] ^= 0x10;
                Assert.Throws<ModelFormatException>(() => KernelLibrary.Read(damaged, "damaged.bin"));
            }
        }
    }

    [Fact]
    public void A_file_whose_hash_was_made_to_fit_is_still_checked_field_by_field()
    {
        var file = Write([FakeCudaDriver.Kernel("A.Run")]);
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var damaged = file.ToArray();
            damaged[random.Next(KernelLibraryFormat.HeaderBytes, file.Length)] ^= (byte)(1 << random.Next(8));
            Seal(damaged);
            try
            {
                var library = KernelLibrary.Read(damaged, "sealed.bin");
                _ = library.Kernels.Select(library.Text).ToList();
            }
            catch (ModelFormatException exception)
            {
                Assert.StartsWith("sealed.bin", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_length_that_promises_too_much_is_refused_before_memory_is_taken()
    {
        var file = Write([FakeCudaDriver.Kernel("A.Run")]);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), int.MaxValue);
        var exception = Assert.Throws<ModelFormatException>(() => KernelLibrary.Read(file, "bomb.bin"));
        Assert.Equal("manifest", exception.Field);
    }

    [Fact]
    public void An_assembly_without_kernels_says_so()
    {
        var exception = Assert.Throws<KernelNotFoundException>(() => KernelLibrary.Load(typeof(KernelLibraryTests).Assembly));
        Assert.Contains("has no resource kernels.bin", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sm_90a", true, "90a")]
    [InlineData("120", true, "120")]
    [InlineData("7.5", false, "")]
    [InlineData("9", false, "")]
    [InlineData("", false, "")]
    [InlineData(null, false, "")]
    public void Architectures_are_read_by_number(string? text, bool isOne, string expected)
    {
        Assert.Equal(isOne, GpuArchitecture.TryParse(text, out var architecture));
        Assert.Equal(isOne ? expected : "00", architecture.ToString());
    }

    private static byte[] Write(IEnumerable<KernelManifest> kernels)
    {
        var writer = new KernelLibraryWriter();
        foreach (var kernel in kernels)
        {
            writer.Add(kernel, FakeCudaDriver.Ptx(kernel.Entry, kernel.Architecture));
        }

        return writer.ToArray();
    }

    private static void Seal(byte[] file) =>
        SHA256.HashData(file.AsSpan(KernelLibraryFormat.HeaderBytes), file.AsSpan(KernelLibraryFormat.HashOffset, SHA256.HashSizeInBytes));
}
