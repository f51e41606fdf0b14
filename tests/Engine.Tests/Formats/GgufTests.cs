using PlamoNative.Engine.Formats;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

public class GgufTests
{
    [Fact]
    public void Metadata_of_every_type_survives_a_round_trip()
    {
        using var folder = new TemporaryFolder();
        var metadata = new GgufMetadata()
            .Add("u8", (byte)200).Add("i8", (sbyte)-100).Add("u16", (ushort)60000).Add("i16", (short)-30000).Add("u32", 4_000_000_000u).Add("i32", -2_000_000_000)
            .Add("u64", (ulong)long.MaxValue).Add("i64", long.MinValue).Add("f32", 1.5f).Add("f64", Math.PI).Add("yes", true).Add("no", false).Add("text", "吾輩は🐱")
            .Add("u8s", new byte[] { 1, 2 }).Add("i32s", new[] { -1, 0, 1 }).Add("u64s", new ulong[] { 7 }).Add("f32s", new[] { 1f, -2f }).Add("f64s", new[] { 0.1 })
            .Add("bools", new[] { true, false, true }).Add("texts", new[] { "a", "", "猫" }).Add("none", Array.Empty<string>())
            .Add("nested", new[] { new[] { 1, 2 }, [], [3] }).Add("empty text", "");
        using (var writer = GgufWriter.Create(folder["a.gguf"], metadata, []))
        {
            writer.Complete();
        }

        using var file = GgufFile.Open(folder["a.gguf"]);
        Assert.Equal(3, file.Version);
        Assert.Equal(32, file.Alignment);
        Assert.Equal(metadata.Count, file.Metadata.Count);
        Assert.Equal("u8", file.Metadata[0].Key);
        Assert.Equal(
            [200, -100, 60000, -30000, 4_000_000_000, -2_000_000_000, long.MaxValue, long.MinValue],
            file.Metadata.Take(8).Select(static value => value.ToInt64()));
        Assert.Equal(1.5f, file.GetValue("f32").ToSingle());
        Assert.Equal(Math.PI, file.GetValue("f64").ToDouble());
        Assert.True(file.GetValue("yes").ToBoolean());
        Assert.False(file.GetValue("no").ToBoolean());
        Assert.Equal("吾輩は🐱", file.GetValue("text").ToText());
        Assert.Equal("", file.GetValue("empty text").ToText());
        Assert.Equal([1, 2], file.GetValue("u8s").ToInt64s());
        Assert.Equal([-1, 0, 1], file.GetValue("i32s").ToInt64s());
        Assert.Equal([7], file.GetValue("u64s").ToInt64s());
        Assert.Equal([1f, -2f], file.GetValue("f32s").ToSingles());
        Assert.Equal([0.1], file.GetValue("f64s").ToDoubles());
        Assert.Equal([true, false, true], file.GetValue("bools").ToBooleans());
        Assert.Equal(["a", "", "猫"], file.GetValue("texts").ToTexts());
        Assert.Empty(file.GetValue("none").ToTexts());
        Assert.Equal([[1, 2], [], [3]], file.GetValue("nested").ToArrays().Select(static array => array.ToInt64s()));
        Assert.Equal((GgufValueType.Array, GgufValueType.String, 3L), (file.GetValue("texts").Type, file.GetValue("texts").ElementType, file.GetValue("texts").Count));
    }

    [Fact]
    public void Values_of_one_file_can_be_copied_to_another()
    {
        using var folder = new TemporaryFolder();
        var metadata = new GgufMetadata().Add("general.alignment", 32u).Add("a", 1).Add("nested", new[] { new[] { "x" }, ["y", "z"] }).Add("text", "猫");
        using (var writer = GgufWriter.Create(folder["a"], metadata, []))
        {
            writer.Complete();
        }

        using var first = GgufFile.Open(folder["a"]);
        var copy = new GgufMetadata();
        foreach (var value in first.Metadata)
        {
            copy.Add(value);
        }

        using (var writer = GgufWriter.Create(folder["b"], copy, []))
        {
            writer.Complete();
        }

        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Q8_0)]
    [InlineData(DType.Q4_0)]
    [InlineData(DType.Q4_K)]
    [InlineData(DType.Q5_K)]
    [InlineData(DType.Q6_K)]
    [InlineData(DType.Float64)]
    [InlineData(DType.Int32)]
    public void Tensors_of_every_type_survive_a_round_trip(DType dtype)
    {
        using var folder = new TemporaryFolder();
        var matrix = new TensorDeclaration("blk.0.行列", dtype, [3, 256]);
        var other = new TensorDeclaration("other", DType.Float16, [2, 3, 5, 1]);
        var scalar = new TensorDeclaration("scalar", DType.Float32, []);
        var data = SafetensorsTests.RandomBytes(5, matrix.ByteLength);
        using (var writer = GgufWriter.Create(folder["a"], new GgufMetadata(), [other, matrix, scalar]))
        {
            writer.Append("other", new byte[60]);
            writer.Append("blk.0.行列", data.AsSpan(0, 100));
            writer.Append("blk.0.行列", data.AsSpan(100));
            writer.Append("scalar", new byte[4]);
            writer.Complete();
        }

        using var file = GgufFile.Open(folder["a"]);
        var entry = file.Get("blk.0.行列");
        Assert.Equal(dtype, entry.DType);
        Assert.Equal([3, 256], entry.Shape);
        Assert.Equal(768, entry.ElementCount);
        Assert.True(entry.Span.SequenceEqual(data));
        Assert.Equal(0, entry.Offset % 32);
        Assert.True(entry.IsAligned);
        Assert.Equal([2, 3, 5, 1], file.Get("other").Shape);
        Assert.Equal([1], file.Get("scalar").Shape);
        Assert.Equal(0, new FileInfo(folder["a"]).Length % 32);
        FormatAssert.Refused(folder["a"], "tensor 'x'", "none", () => file.Get("x"));
        FormatAssert.Refused(folder["a"], "metadata 'x'", "no such key", () => file.GetValue("x"));
    }

    [Fact]
    public void What_the_format_cannot_hold_is_refused_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ArgumentException>(() => new GgufMetadata().Add("a", 1).Add("a", 2));
        Assert.Throws<ArgumentException>(() => new GgufMetadata().Add("", 1));
        Assert.Throws<ArgumentException>(() => new GgufMetadata().Add("\ud800", 1));
        Assert.Throws<ArgumentException>(() => new GgufMetadata().Add("a", DateTime.UnixEpoch));
        Assert.Throws<ArgumentException>(() => new GgufMetadata().Add("a", new object[] { 1 }));
        Assert.Throws<ArgumentException>(() => new GgufMetadata().Add("a", new int[2, 2]));
        Assert.Throws<ArgumentException>(() => new GgufMetadata().Add("general.alignment", 64u));
        TensorDeclaration fine = new("a", DType.Float32, [2]);
        void Refused(params TensorDeclaration[] tensors) => Assert.Throws<ArgumentException>(() => GgufWriter.Create(folder["a"], new GgufMetadata(), tensors));
        Refused(fine, fine);
        Refused(fine with { Name = new string('n', 64) });
        Refused(fine with { Shape = [1, 1, 1, 1, 1] });
        Refused(fine with { DType = DType.Bool });
        Refused(fine with { DType = DType.Q8_0, Shape = [4, 31] });
        using (var writer = GgufWriter.Create(folder["a"], new GgufMetadata(), [fine]))
        {
            Assert.Throws<InvalidOperationException>(writer.Complete);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Version_two_is_read_and_gaps_between_tensors_are_accepted()
    {
        using var folder = new TemporaryFolder();
        var builder = new GgufBuilder { Version = 2, Data = new byte[128] }.Tensor("a", [4], 0, 0).Tensor("b", [4], 0, 96);
        using var file = GgufFile.Open(folder.Write("a", builder.Build()));
        Assert.Equal(2, file.Version);
        Assert.Equal(file.Get("a").Offset + 96, file.Get("b").Offset);
    }

    [Fact]
    public void A_value_of_another_type_than_asked_for_is_refused_by_key()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a"];
        using (var writer = GgufWriter.Create(path, new GgufMetadata().Add("n", ulong.MaxValue).Add("t", "x").Add("big", 1L << 40).Add("ts", new[] { "x" }), []))
        {
            writer.Complete();
        }

        using var file = GgufFile.Open(path);
        FormatAssert.Refused(path, "metadata 'n'", "18446744073709551615", () => file.GetValue("n").ToInt64());
        FormatAssert.Refused(path, "metadata 'big'", "1099511627776", () => file.GetValue("big").ToInt32());
        FormatAssert.Refused(path, "metadata 't'", "String", () => file.GetValue("t").ToInt64());
        FormatAssert.Refused(path, "metadata 't'", "String", () => file.GetValue("t").ToBoolean());
        FormatAssert.Refused(path, "metadata 't'", "String", () => file.GetValue("t").ToTexts());
        FormatAssert.Refused(path, "metadata 'ts'", "an array of 1 String", () => file.GetValue("ts").ToSingles());
        FormatAssert.Refused(path, "metadata 'ts'", "an array of 1 String", () => file.GetValue("ts").ToDouble());
        FormatAssert.Refused(path, "metadata 'n'", "UInt64", () => file.GetValue("n").ToText());
    }
}
