using System.Text;
using PlamoNative.Engine.Formats;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

public class NpyTests
{
    public static TheoryData<DType> DTypes => SafetensorsTests.DTypes;

    [Theory]
    [MemberData(nameof(DTypes))]
    public void Every_dtype_survives_a_round_trip(DType dtype)
    {
        using var folder = new TemporaryFolder();
        foreach (var shape in new long[][] { [], [3], [3, 5], [0], [2, 0, 3], [1, 1, 7] })
        {
            var data = SafetensorsTests.RandomBytes(1, new TensorDeclaration("", dtype, shape).ByteLength);
            NpyFile.Write(folder["a.npy"], dtype, shape, data);
            using var file = NpyFile.Open(folder["a.npy"]);
            Assert.Equal(dtype == DType.BFloat16 ? DType.UInt16 : dtype, file.Array.DType);
            Assert.Equal(shape, file.Array.Shape);
            Assert.Equal(data, file.Array.Span);
            Assert.Equal(0, file.Array.Offset % 64);
        }
    }

    [Fact]
    public void Files_of_numpy_are_read_and_written_again_with_the_same_bytes()
    {
        var files = Directory.GetFiles(SharedData.Require("oracle/plamo2"), "*.npy", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        using var folder = new TemporaryFolder();
        foreach (var path in files)
        {
            using var file = NpyFile.Open(path);
            Assert.Equal(DType.Float32, file.Array.DType);
            NpyFile.Write(folder["a.npy"], file.Array.DType, file.Array.Shape, file.Array.Span);
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(folder["a.npy"])), path);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_version_of_the_header_is_read(byte version)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", Build("{\"shape\":(2,),'fortran_order':False , 'descr':'<i2'}\n", new byte[4], version));
        using var file = NpyFile.Open(path);
        Assert.Equal([2], file.Array.Shape);
        Assert.Equal(DType.Int16, file.Array.DType);
    }

    [Fact]
    public void Column_major_order_of_one_dimension_is_row_major_order()
    {
        using var folder = new TemporaryFolder();
        using var file = NpyFile.Open(folder.Write("a", Build("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 4), }", new byte[4])));
        Assert.Equal(4, file.Array.ByteLength);
    }

    [Theory]
    [InlineData("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }", "fortran_order", "True")]
    [InlineData("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", "descr", "'>i2'")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "descr", "'|O'")]
    [InlineData("{'descr': [('x', '<i2')], 'fortran_order': False, 'shape': (2,), }", "header", "'[(")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", "data", "4 bytes")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (5,), }", "data", "4 bytes")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1152921504606846976,), }", "data", "4 bytes")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807,), }", "shape", "more bytes")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2), }", "shape", "more than 64 bits")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775808,), }", "header", "'9223372036854775808,")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (-4,), }", "header", "'-4")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (4 4), }", "header", "'4)")]
    [InlineData("{'descr': '|u1', 'fortran_order': 0, 'shape': (4,), }", "header", "'0")]
    [InlineData("{'descr': '|u1', 'fortran_order': False}", "header", "no shape")]
    [InlineData("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (4,)}", "header", "a second one")]
    [InlineData("{'x': '|u1'}", "header", "'x'")]
    [InlineData("{'descr': '|u1", "header", "''|u1")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (4,", "header", "the end")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (4,)} x", "header", "'")]
    [InlineData("", "header", "the end")]
    public void A_bad_header_is_refused_in_one_line(string header, string field, string found)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npy", Build(header, new byte[4]));
        FormatAssert.Refused(path, field, found, () => NpyFile.Open(path));
    }

    [Fact]
    public void Wrong_magic_versions_and_lengths_are_refused()
    {
        using var folder = new TemporaryFolder();
        var fine = Build("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", new byte[4]);
        void Try(string field, Action<byte[]> change)
        {
            var bytes = fine.ToArray();
            change(bytes);
            var path = folder.Write("a.npy", bytes);
            FormatAssert.Refused(path, field, "", () => NpyFile.Open(path));
        }

        Try("magic", static bytes => bytes[0] = 0);
        Try("version", static bytes => bytes[6] = 4);
        Try("version", static bytes => bytes[7] = 1);
        Try("header length", static bytes => bytes[9] = 0xFF);
        for (var length = 0; length < fine.Length; length++)
        {
            var path = folder.Write("a.npy", fine.AsSpan(0, length));
            Assert.Throws<ModelFormatException>(() => NpyFile.Open(path));
        }
    }

    [Fact]
    public void Data_of_another_length_is_not_written()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ArgumentException>(() => NpyFile.Write(folder["a"], DType.Float32, [2], new byte[7]));
        Assert.Throws<ArgumentException>(() => NpyFile.Write(folder["a"], DType.Q8_0, [32], new byte[34]));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    internal static byte[] Build(string header, byte[] data, byte version = 1)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', version, 0]);
        if (version == 1)
        {
            writer.Write((ushort)header.Length);
        }
        else
        {
            writer.Write((uint)header.Length);
        }

        writer.Write(Encoding.Latin1.GetBytes(header));
        writer.Write(data);
        return stream.ToArray();
    }
}
