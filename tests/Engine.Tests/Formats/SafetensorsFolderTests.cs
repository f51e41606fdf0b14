using PlamoNative.Engine.Formats;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

public class SafetensorsFolderTests
{
    private static readonly TensorDeclaration[] Tensors =
        [new("a", DType.Float32, [4]), new("b", DType.UInt8, [20]), new("c", DType.BFloat16, [4]), new("d", DType.Float32, [100]), new("e", DType.Float32, [1])];

    [Fact]
    public void Shards_are_written_with_their_index_and_read_back()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Root, 40);
        Assert.Equal(
            ["model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors", "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors", "model.safetensors.index.json"],
            Directory.GetFiles(folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("\"total_size\": 448", File.ReadAllText(folder[SafetensorsFolder.IndexFile]), StringComparison.Ordinal);
        using var weights = SafetensorsFolder.Open(folder.Root);
        Assert.Equal(4, weights.Files.Count);
        Assert.Equal(5, weights.Entries.Count);
        foreach (var tensor in Tensors)
        {
            Assert.Equal(Data(tensor), weights.Get(tensor.Name).Span);
            Assert.Equal(tensor.Shape, weights.Get(tensor.Name).Shape);
        }

        FormatAssert.Refused(folder.Root, "tensor 'x'", "none", () => weights.Get("x"));
    }

    [Fact]
    public void What_fits_in_one_shard_is_one_file_without_an_index()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Root, 5000);
        Assert.Equal("model.safetensors", Path.GetFileName(Assert.Single(Directory.GetFiles(folder.Root))));
        using var weights = SafetensorsFolder.Open(folder.Root);
        Assert.Equal(Data(Tensors[3]), weights.Get("d").Span);
        Assert.Equal("pt", weights.Files[0].Metadata["format"]);
    }

    [Fact]
    public void Links_inside_a_folder_are_followed_as_the_hubs_cache_has_them()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["blobs"]);
        Directory.CreateDirectory(folder["snapshot"]);
        Write(folder["blobs"], 40);
        foreach (var blob in Directory.GetFiles(folder["blobs"]))
        {
            File.CreateSymbolicLink(Path.Combine(folder["snapshot"], Path.GetFileName(blob)), Path.Combine("..", "blobs", Path.GetFileName(blob)));
        }

        using var weights = SafetensorsFolder.Open(folder["snapshot"]);
        Assert.Equal(Data(Tensors[0]), weights.Get("a").Span);
    }

    [Theory]
    [InlineData("../a.safetensors")]
    [InlineData("x/../../a.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\a")]
    [InlineData("C:\\a")]
    [InlineData("\\\\host\\a")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a\\u0000b")]
    public void A_path_that_leaves_the_folder_is_refused(string shard)
    {
        using var folder = new TemporaryFolder();
        var json = shard.Contains('u', StringComparison.Ordinal) ? shard : shard.Replace("\\", "\\\\", StringComparison.Ordinal);
        var index = folder.Write(SafetensorsFolder.IndexFile, $$$"""{"weight_map":{"a":"{{{json}}}"}}""");
        FormatAssert.Refused(index, "weight_map 'a'", "'", () => SafetensorsFolder.Open(folder.Root));
    }

    [Theory]
    [InlineData("[]", "index", "an array")]
    [InlineData("{}", "weight_map", "no such key")]
    [InlineData("""{"weight_map":[]}""", "weight_map", "an array")]
    [InlineData("""{"weight_map":{"a":1}}""", "weight_map 'a'", "a number")]
    [InlineData("""{"weight_map":{"a":"x","a":"y"}}""", "weight_map 'a'", "the name a second time")]
    [InlineData("""{"weight_map":{},"weight_map":{}}""", "weight_map", "a second one")]
    [InlineData("""{"weight_map":{"a":"no.safetensors"}}""", "weight_map 'a'", "no such file")]
    [InlineData("not JSON", "index", "")]
    [InlineData("", "index", "")]
    [InlineData("""{"weight_map":{}} x""", "index", "")]
    public void A_bad_index_is_refused(string json, string field, string found)
    {
        using var folder = new TemporaryFolder();
        var index = folder.Write(SafetensorsFolder.IndexFile, json);
        FormatAssert.Refused(index, field, found, () => SafetensorsFolder.Open(folder.Root));
    }

    [Fact]
    public void A_tensor_that_its_shard_lacks_is_refused()
    {
        using var folder = new TemporaryFolder();
        SafetensorsTests.Write(folder["s"], [Tensors[0]], static _ => Data(Tensors[0]));
        folder.Write(SafetensorsFolder.IndexFile, """{"weight_map":{"a":"s","b":"s"}}""");
        FormatAssert.Refused(folder["s"], "tensor 'b'", "none", () => SafetensorsFolder.Open(folder.Root));
    }

    [Fact]
    public void A_tensor_in_two_shards_is_refused()
    {
        using var folder = new TemporaryFolder();
        SafetensorsTests.Write(folder["s"], [Tensors[0]], static _ => Data(Tensors[0]));
        SafetensorsTests.Write(folder["t"], [Tensors[0], Tensors[1]], static name => name == "a" ? Data(Tensors[0]) : Data(Tensors[1]));
        folder.Write(SafetensorsFolder.IndexFile, """{"weight_map":{"a":"s","b":"t"}}""");
        FormatAssert.Refused(folder["t"], "tensor 'a'", "the same name in s", () => SafetensorsFolder.Open(folder.Root));
    }

    [Fact]
    public void A_folder_without_weights_is_refused()
    {
        using var folder = new TemporaryFolder();
        FormatAssert.Refused(folder.Root, "weights", "neither", () => SafetensorsFolder.Open(folder.Root));
        FormatAssert.Refused(folder["no"], "weights", "no such folder", () => SafetensorsFolder.Open(folder["no"]));
    }

    private static void Write(string folder, long maxShardBytes)
    {
        using var writer = SafetensorsFolderWriter.Create(folder, Tensors, maxShardBytes: maxShardBytes);
        foreach (var tensor in writer.Tensors)
        {
            writer.Append(tensor.Name, Data(tensor));
        }

        writer.Complete();
    }

    private static byte[] Data(TensorDeclaration tensor) => SafetensorsTests.RandomBytes(tensor.Name[0], tensor.ByteLength);
}
