using System.Runtime.InteropServices;
using System.Text;
using PlamoNative.Engine.Formats;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

public class SafetensorsTests
{
    public static TheoryData<DType> DTypes => [.. Enum.GetValues<DType>().Where(static dtype => !dtype.IsBlockQuantized())];

    [Theory]
    [MemberData(nameof(DTypes))]
    public void Every_dtype_survives_a_round_trip(DType dtype)
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.safetensors"];
        var declaration = new TensorDeclaration("重み", dtype, [3, 5]);
        var data = RandomBytes(dtype.GetHashCode(), declaration.ByteLength);
        Write(path, [declaration, new("scalar", dtype, []), new("empty", dtype, [4, 0])], name => name == "重み" ? data : new byte[name == "empty" ? 0 : dtype.BlockBytes()]);
        using var file = SafetensorsFile.Open(path);
        var entry = file.Get("重み");
        Assert.Equal(dtype, entry.DType);
        Assert.Equal([3, 5], entry.Shape);
        Assert.Equal(15, entry.ElementCount);
        Assert.True(entry.IsAligned);
        Assert.Equal(data, entry.Span);
        Assert.Equal(1, file.Get("scalar").ElementCount);
        Assert.Equal(0, file.Get("empty").ByteLength);
        Assert.Equal("pt", file.Metadata["format"]);
        FormatAssert.Refused(path, "tensor 'other'", "none", () => file.Get("other"));
    }

    [Fact]
    public void The_same_content_gives_the_same_bytes_and_every_tensor_is_aligned()
    {
        using var folder = new TemporaryFolder();
        TensorDeclaration[] tensors = [new("b", DType.UInt8, [3]), new("a", DType.Float32, [5]), new("c", DType.Float64, [1]), new("d", DType.Float16, [3])];
        Write(folder["1"], tensors, name => RandomBytes(name[0], tensors.Single(tensor => tensor.Name == name).ByteLength));
        Write(folder["2"], tensors, name => RandomBytes(name[0], tensors.Single(tensor => tensor.Name == name).ByteLength));
        Assert.Equal(File.ReadAllBytes(folder["1"]), File.ReadAllBytes(folder["2"]));
        using var file = SafetensorsFile.Open(folder["1"]);
        Assert.Equal(["c", "a", "d", "b"], file.Entries.Select(static entry => entry.Name));
        Assert.All(file.Entries, static entry => Assert.True(entry.IsAligned));
        Assert.Equal(0, file.Entries[0].Offset % 64);
    }

    [Fact]
    public unsafe void Data_may_come_in_pieces_and_from_pointers()
    {
        using var folder = new TemporaryFolder();
        var data = RandomBytes(1, 400_000);
        using (var writer = SafetensorsWriter.Create(folder["a"], [new TensorDeclaration("t", DType.UInt8, [400_000])]))
        {
            writer.Append("t", data.AsSpan(0, 1));
            writer.Append("t", data.AsSpan(1, 99_999));
            fixed (byte* pointer = data)
            {
                writer.Append("t", pointer + 100_000, 300_000);
            }

            writer.Complete();
        }

        using var file = SafetensorsFile.Open(folder["a"]);
        Assert.True(file.Get("t").Span.SequenceEqual(data));
        Assert.True(file.Get("t").Slice(7, 9).SequenceEqual(data.AsSpan(7, 9)));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Get("t").Slice(399_999, 2).Length);
    }

    [Fact]
    public void Data_that_is_missing_superfluous_or_out_of_order_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        TensorDeclaration[] tensors = [new("a", DType.Float32, [2]), new("b", DType.Float32, [2])];
        void Try(Action<SafetensorsWriter> write)
        {
            using var writer = SafetensorsWriter.Create(folder["a"], tensors);
            Assert.Throws<InvalidOperationException>(() => write(writer));
        }

        Try(static writer => writer.Complete());
        Try(static writer => writer.Append("a", new byte[9]));
        Try(static writer => writer.Append("b", new byte[8]));
        Try(static writer => writer.Append("c", new byte[8]));
        Try(static writer =>
        {
            writer.Append("a", new byte[4]);
            writer.Append("b", new byte[8]);
        });
        Try(static writer =>
        {
            writer.Append("a", new byte[8]);
            writer.Append("b", new byte[8]);
            writer.Append("a", new byte[1]);
        });
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Declarations_that_the_format_cannot_hold_are_refused()
    {
        using var folder = new TemporaryFolder();
        TensorDeclaration fine = new("a", DType.Float32, [2]);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(folder["a"], [fine, fine]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(folder["a"], [fine with { Name = "__metadata__" }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(folder["a"], [fine with { Name = "\ud800" }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(folder["a"], [fine with { DType = DType.Q8_0 }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(folder["a"], [fine with { Shape = [-1] }]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(folder["a"], [fine with { Shape = [1L << 40, 1L << 40] }]));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Unaligned_data_of_other_writers_is_readable()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", HostileSafetensors.File("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[] { 0, 0, 128, 63, 0, 0, 0, 64 }));
        using var file = SafetensorsFile.Open(path);
        Assert.False(file.Get("t").IsAligned);
        Assert.Equal(2f, MemoryMarshal.Read<float>(file.Get("t").Span[4..]));
    }

    [Fact]
    public void Every_file_of_other_writers_opens()
    {
        var files = Directory.GetFiles(SharedData.Require("oracle"), "*.safetensors", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var path in files)
        {
            using var file = SafetensorsFile.Open(path);
            Assert.NotEmpty(file.Entries);
        }
    }

    internal static void Write(string path, TensorDeclaration[] tensors, Func<string, byte[]> data)
    {
        using var writer = SafetensorsWriter.Create(path, tensors, new Dictionary<string, string> { ["format"] = "pt", ["by"] = "テスト" });
        foreach (var tensor in writer.Tensors)
        {
            writer.Append(tensor.Name, data(tensor.Name));
        }

        writer.Complete();
    }

    internal static byte[] RandomBytes(int seed, long length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
