using PlamoNative.Engine.Formats;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

public class HostileGgufTests
{
    private const uint F32 = 0;
    private const uint Text = 8;
    private const uint ArrayType = 9;

    [Fact]
    public void Wrong_magic_byte_order_and_versions_are_refused()
    {
        Refused(new GgufBuilder { Magic = 0x47475546 }, "magic", "0x");
        Refused(new GgufBuilder { Version = 0x03000000 }, "version", "version 3 in big-endian order");
        Refused(new GgufBuilder { Version = 1 }, "version", "1");
        Refused(new GgufBuilder { Version = 4 }, "version", "4");
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 60)]
    [InlineData(100UL)]
    public void Counts_past_the_end_are_refused(ulong count)
    {
        Refused(new GgufBuilder { StatedTensors = count }, "tensor count", $"{count}");
        Refused(new GgufBuilder { StatedValues = count }, "metadata count", $"{count}");
        Refused(new GgufBuilder().Value("a", ArrayType, 4u, count), "metadata 'a' count", $"{count}");
        Refused(new GgufBuilder().Value("a", ArrayType, Text, count), "metadata 'a' count", $"{count}");
        Refused(new GgufBuilder().Value("a", ArrayType, ArrayType, count), "metadata 'a' count", $"{count}");
        Refused(new GgufBuilder().Value("a", Text, count), "metadata 'a' length", $"{count}");
        Refused(new GgufBuilder().Value("a", ArrayType, Text, 1UL, count), "metadata 'a' length", $"{count}");
    }

    [Fact]
    public void More_tensors_than_any_model_has_are_refused()
    {
        Refused(new GgufBuilder { StatedTensors = 300_000, Data = new byte[8_000_000] }, "tensor count", "300000");
        Refused(new GgufBuilder { StatedValues = 300_000, Data = new byte[8_000_000] }, "metadata count", "300000");
    }

    [Fact]
    public void Keys_and_names_are_used_once_and_are_text()
    {
        Refused(new GgufBuilder().Value("a", 4, 1u).Value("a", 4, 1u), "metadata 'a'", "the key a second time");
        Refused(new GgufBuilder().Tensor("a", [4], F32, 0).Tensor("a", [4], F32, 32), "tensor 'a'", "the name a second time");
        Refused(new GgufBuilder().Value("", 4, 1u), "key 0 of the metadata length", "0");
        Refused(new GgufBuilder().Value(new string('k', 65536), 4, 1u), "key 0 of the metadata length", "65536");
        Refused(new GgufBuilder { StatedValues = 1, Data = [1, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Alignment = 24 }, "key 0 of the metadata", "bytes that are none");
    }

    [Fact]
    public void Unknown_value_types_and_deep_nesting_are_refused()
    {
        Refused(new GgufBuilder().Value("a", 13, 1u), "metadata 'a' type", "13");
        Refused(new GgufBuilder().Value("a", ArrayType, 99u, 1UL), "metadata 'a' element type", "99");
        var nested = Enumerable.Repeat(new object[] { ArrayType, 1UL }, 20).SelectMany(static pair => pair).ToArray();
        Refused(new GgufBuilder().Value("a", ArrayType, nested), "metadata 'a'", "more");
    }

    [Fact]
    public void Shapes_that_no_file_can_hold_are_refused()
    {
        Refused(new GgufBuilder().Tensor("a", [1, 1, 1, 1, 1], F32, 0), "tensor 'a' dimension count", "5");
        Refused(new GgufBuilder().Tensor("a", [4], F32, 0, statedRank: uint.MaxValue), "tensor 'a' dimension count", "4294967295");
        Refused(new GgufBuilder().Tensor("a", [1UL << 30, 1UL << 30], F32, 0), "tensor 'a' offset", "offset 0");
        Refused(new GgufBuilder().Tensor("a", [1UL << 32, 1UL << 32], F32, 0), "tensor 'a' dimensions", "more than 64 bits can count");
        Refused(new GgufBuilder().Tensor("a", [1UL << 62], F32, 0), "tensor 'a' dimensions", "more bytes than 64 bits can count");
        Refused(new GgufBuilder().Tensor("a", [1UL << 63], F32, 0), "tensor 'a' dimensions", "negative dimension");
        Refused(new GgufBuilder().Tensor("a", [33], 8, 0), "tensor 'a' dimensions", "rows of 33 elements, not whole blocks of 32");
        Refused(new GgufBuilder().Tensor("a", [], 8, 0), "tensor 'a' dimensions", "rows of 1 elements");
    }

    [Fact]
    public void Types_that_are_not_supported_are_named()
    {
        Refused(new GgufBuilder().Tensor("a", [256], 10, 0), "tensor 'a' type", "Q2_K (type 10)");
        Refused(new GgufBuilder().Tensor("a", [256], 4, 0), "tensor 'a' type", "type 4");
        Refused(new GgufBuilder().Tensor("a", [256], uint.MaxValue, 0), "tensor 'a' type", "type 4294967295");
    }

    [Fact]
    public void Offsets_that_overlap_overflow_or_leave_the_file_are_refused()
    {
        Refused(new GgufBuilder().Tensor("a", [16], F32, 0).Tensor("b", [4], F32, 32), "tensor 'b' offset", "an overlap");
        Refused(new GgufBuilder().Tensor("a", [4], F32, 0).Tensor("b", [4], F32, 0), "tensor 'b' offset", "an overlap");
        Refused(new GgufBuilder().Tensor("a", [4], F32, 64), "tensor 'a' offset", "offset 64");
        Refused(new GgufBuilder().Tensor("a", [4], F32, ulong.MaxValue - 31), "tensor 'a' offset", "offset 18446744073709551584");
        Refused(new GgufBuilder().Tensor("a", [4], F32, 1UL << 63), "tensor 'a' offset", "offset 9223372036854775808");
        Refused(new GgufBuilder().Tensor("a", [4], F32, 8), "tensor 'a' offset", "8");
        Refused(new GgufBuilder().Tensor("a", [17], F32, 0), "tensor 'a' offset", "offset 0");
    }

    [Fact]
    public void Alignments_that_are_none_are_refused()
    {
        Refused(new GgufBuilder().Value("general.alignment", 4, 0u), "metadata 'general.alignment'", "0");
        Refused(new GgufBuilder().Value("general.alignment", 4, 24u), "metadata 'general.alignment'", "24");
        Refused(new GgufBuilder().Value("general.alignment", 4, 1u << 31), "metadata 'general.alignment'", "2147483648");
        Refused(new GgufBuilder().Value("general.alignment", 6, 1f), "metadata 'general.alignment'", "Float32");
        Refused(new GgufBuilder().Value("general.alignment", 4, 64u).Tensor("a", [4], F32, 32), "tensor 'a' offset", "32");
    }

    [Fact]
    public void Another_alignment_is_followed()
    {
        using var folder = new TemporaryFolder();
        using var file = GgufFile.Open(folder.Write("a", new GgufBuilder { Alignment = 256 }.Value("general.alignment", 4, 256u).Tensor("a", [4], F32, 0).Build()));
        Assert.Equal(256, file.Get("a").Offset);
    }

    [Fact]
    public void Texts_that_are_none_and_other_booleans_are_refused_when_they_are_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", new GgufBuilder().Value("t", Text, 1UL, (byte)0xFF).Value("b", 7, (byte)2).Value("ts", ArrayType, Text, 1UL, 1UL, (byte)0xC0).Build());
        using var file = GgufFile.Open(path);
        FormatAssert.Refused(path, "metadata 't'", "bytes that are none", () => file.GetValue("t").ToText());
        FormatAssert.Refused(path, "metadata 'b'", "2", () => file.GetValue("b").ToBoolean());
        FormatAssert.Refused(path, "metadata 'ts'[0]", "bytes that are none", () => file.GetValue("ts").ToTexts());
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        using var folder = new TemporaryFolder();
        var whole = new GgufBuilder { Data = new byte[16] }.Value("a", Text, 2UL, (byte)65, (byte)66).Value("b", ArrayType, 4u, 2UL, 1u, 2u).Tensor("t", [4], F32, 0).Build();
        for (var length = 0; length < whole.Length; length++)
        {
            var path = folder.Write("a", whole.AsSpan(0, length));
            Assert.Throws<ModelFormatException>(() => GgufFile.Open(path));
        }

        using var file = GgufFile.Open(folder.Write("a", whole));
        Assert.Single(file.Entries);
    }

    private static void Refused(GgufBuilder builder, string field, string found)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.gguf", builder.Build());
        var before = GC.GetAllocatedBytesForCurrentThread();
        FormatAssert.Refused(path, field, found, () => GgufFile.Open(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }
}
