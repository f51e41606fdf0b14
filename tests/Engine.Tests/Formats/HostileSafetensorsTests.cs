using System.Text;
using PlamoNative.Engine.Formats;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

public class HostileSafetensorsTests
{
    private const string Fine = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    [Theory]
    [InlineData("a hole", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[5],"data_offsets":[3,8]}}""", "tensor 'b' data_offsets", "3 (a hole)")]
    [InlineData("a hole at the start", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "tensor 'a' data_offsets", "4 (a hole)")]
    [InlineData("an overlap", """{"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "tensor 'b' data_offsets", "4 (an overlap)")]
    [InlineData("trailing bytes", """{"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]}}""", "data", "8 bytes")]
    [InlineData("a duplicate name", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "tensor 'a'", "the name a second time")]
    [InlineData("a duplicate by escapes", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0061":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "tensor 'a'", "the name a second time")]
    [InlineData("a duplicate key", """{"a":{"dtype":"U8","dtype":"I8","shape":[8],"data_offsets":[0,8]}}""", "tensor 'a' dtype", "a second one")]
    [InlineData("duplicate metadata", """{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "__metadata__ key 'x'", "a second one")]
    [InlineData("metadata twice", """{"__metadata__":{},"__metadata__":{},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "__metadata__", "a second time")]
    [InlineData("metadata of numbers", """{"__metadata__":{"x":1}}""", "__metadata__ key 'x'", "a number")]
    [InlineData("metadata that is no object", """{"__metadata__":[]}""", "__metadata__", "an array")]
    [InlineData("an unknown dtype", """{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", "tensor 'a' dtype", "'F8_E4M3'")]
    [InlineData("a dtype that is no string", """{"a":{"dtype":4,"shape":[8],"data_offsets":[0,8]}}""", "tensor 'a' dtype", "a number")]
    [InlineData("a negative size", """{"a":{"dtype":"U8","shape":[-8],"data_offsets":[0,8]}}""", "tensor 'a' shape", "-8")]
    [InlineData("a fraction", """{"a":{"dtype":"U8","shape":[8.5],"data_offsets":[0,8]}}""", "tensor 'a' shape", "8.5")]
    [InlineData("a size beyond 64 bits", """{"a":{"dtype":"U8","shape":[18446744073709551624],"data_offsets":[0,8]}}""", "tensor 'a' shape", "18446744073709551624")]
    [InlineData("2^60 elements", """{"a":{"dtype":"F32","shape":[1073741824,1073741824],"data_offsets":[0,8]}}""", "tensor 'a' data_offsets", "8 bytes")]
    [InlineData("2^62 floats", """{"a":{"dtype":"F32","shape":[2147483648,2147483648],"data_offsets":[0,8]}}""", "tensor 'a' shape", "more bytes than 64 bits can count")]
    [InlineData("2^66 elements", """{"a":{"dtype":"U8","shape":[4294967296,4294967296,4],"data_offsets":[0,8]}}""", "tensor 'a' shape", "more than 64 bits can count")]
    [InlineData("an end past the file", """{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}""", "tensor 'a' data_offsets", "[0, 9]")]
    [InlineData("an offset far past the file", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[9223372036854775800,9223372036854775807]}}""", "tensor 'a' data_offsets", "[9223372036854775800")]
    [InlineData("an end before the start", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[8,0]}}""", "tensor 'a' data_offsets", "[8, 0]")]
    [InlineData("one offset", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0]}}""", "tensor 'a' data_offsets", "1")]
    [InlineData("three offsets", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8,8]}}""", "tensor 'a' data_offsets", "more")]
    [InlineData("a size that the dtype does not give", """{"a":{"dtype":"F16","shape":[8],"data_offsets":[0,8]}}""", "tensor 'a' data_offsets", "8 bytes")]
    [InlineData("no dtype", """{"a":{"shape":[8],"data_offsets":[0,8]}}""", "tensor 'a'", "no dtype")]
    [InlineData("no offsets", """{"a":{"dtype":"U8","shape":[8]}}""", "tensor 'a'", "no data_offsets")]
    [InlineData("a tensor that is no object", """{"a":3}""", "tensor 'a'", "a number")]
    [InlineData("an array for a header", "[1,2]", "header", "byte 0x5b")]
    [InlineData("no JSON", "{'a':1}", "header", "at byte 1 of line 1")]
    [InlineData("JSON that ends early", """{"a":{"dtype":"U8" """, "header", "at byte")]
    [InlineData("text after the object", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}} x""", "header", "at byte 54 of line 1")]
    [InlineData("half of a surrogate pair", """{"\ud800":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "header", "no valid text")]
    [InlineData("a header of white space", "     ", "header", "byte 0x20")]
    [InlineData("an empty header", "", "header", "nothing")]
    public void A_bad_header_is_refused_in_one_line(string what, string header, string field, string found)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write($"{what.Length}.safetensors", HostileSafetensors.File(header, new byte[8]));
        FormatAssert.Refused(path, field, found, () => SafetensorsFile.Open(path));
    }

    [Fact]
    public void Unknown_keys_and_white_space_are_accepted()
    {
        using var folder = new TemporaryFolder();
        var header = """{ "__metadata__" : {"a":"b"} , "t":{"extra":{"deep":[1]},"dtype":"U8","shape":[8],"data_offsets":[0,8]}}      """;
        using var file = SafetensorsFile.Open(folder.Write("a", HostileSafetensors.File(header, new byte[8])));
        Assert.Equal("b", file.Metadata["a"]);
        using var none = SafetensorsFile.Open(folder.Write("b", HostileSafetensors.File("{}", [])));
        Assert.Empty(none.Entries);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused()
    {
        using var folder = new TemporaryFolder();
        var header = Encoding.UTF8.GetBytes(Fine);
        header[2] = 0xFF;
        var path = folder.Write("a", HostileSafetensors.File(header, new byte[8]));
        FormatAssert.Refused(path, "header", "", () => SafetensorsFile.Open(path));
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(100_000_001UL)]
    [InlineData(63UL)]
    public void A_header_length_past_the_end_is_refused(ulong length)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", HostileSafetensors.File(Encoding.UTF8.GetBytes(Fine), new byte[8], length));
        FormatAssert.Refused(path, "header length", $"{length}", () => SafetensorsFile.Open(path));
    }

    [Fact]
    public void A_header_above_the_formats_limit_is_refused_though_the_file_is_as_long()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", HostileSafetensors.File("{"u8.ToArray(), [], 200_000_000));
        using (var sparse = File.OpenWrite(path))
        {
            sparse.SetLength(300_000_000);
        }

        FormatAssert.Refused(path, "header length", "200000000", () => SafetensorsFile.Open(path));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        using var folder = new TemporaryFolder();
        var whole = HostileSafetensors.File(Fine, new byte[8]);
        for (var length = 0; length < whole.Length; length++)
        {
            var path = folder.Write("a", whole.AsSpan(0, length));
            Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(path));
        }
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData(' ')]
    [InlineData('0')]
    public void A_long_header_of_nothing_costs_no_memory(char filler)
    {
        using var folder = new TemporaryFolder();
        var header = new byte[20_000_000];
        Array.Fill(header, (byte)filler);
        Encoding.UTF8.GetBytes("""{"x":""", header);
        var path = folder.Write("a", HostileSafetensors.File(header, []));
        var before = GC.GetAllocatedBytesForCurrentThread();
        FormatAssert.Refused(path, filler == '[' ? "tensor 'x'" : "header", "", () => SafetensorsFile.Open(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Names_beyond_number_or_length_are_refused()
    {
        using var folder = new TemporaryFolder();
        const string Empty = """:{"dtype":"U8","shape":[0],"data_offsets":[0,0]}""";
        var many = string.Join(',', Enumerable.Range(0, (1 << 18) + 1).Select(static i => $"\"{i}\"{Empty}"));
        var path = folder.Write("many", HostileSafetensors.File("{" + many + "}", []));
        FormatAssert.Refused(path, "header", "more names", () => SafetensorsFile.Open(path));
        var lengthy = folder.Write("long", HostileSafetensors.File("{\"" + new string('n', 70_000) + "\":{}}", []));
        FormatAssert.Refused(lengthy, "header", "a name of 70000 bytes", () => SafetensorsFile.Open(lengthy));
    }

    [Fact]
    public void Nesting_is_followed_to_a_limit()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", HostileSafetensors.File($$"""{"x":{"extra":{{new string('[', 100_000)}}""", []));
        FormatAssert.Refused(path, "header", "at byte", () => SafetensorsFile.Open(path));
    }

    [Fact]
    public unsafe void A_tensor_above_two_gigabytes_is_read_by_pointer()
    {
        using var folder = new TemporaryFolder();
        const long Bytes = 3L << 30;
        var header = Encoding.UTF8.GetBytes($$$"""{"a":{"dtype":"U8","shape":[{{{Bytes}}}],"data_offsets":[0,{{{Bytes}}}]}}""");
        var path = folder.Write("a", HostileSafetensors.File(header, []));
        using (var sparse = File.OpenWrite(path))
        {
            sparse.SetLength(sparse.Length + Bytes);
            sparse.Seek(-1, SeekOrigin.End);
            sparse.WriteByte(42);
        }

        using var file = SafetensorsFile.Open(path);
        var entry = file.Get("a");
        Assert.Equal(42, entry.Pointer[Bytes - 1]);
        Assert.Equal(42, entry.Slice(Bytes - 2, 2)[1]);
        Assert.Throws<NotSupportedException>(() => entry.Span.Length);
    }
}
