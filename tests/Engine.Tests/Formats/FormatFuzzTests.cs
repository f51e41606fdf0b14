using System.Buffers.Binary;
using PlamoNative.Engine.Formats;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

/// <summary>
/// Mutates valid small files for a bounded number of rounds with fixed seeds. A reader either succeeds, and then everything it offers can be read, or
/// refuses with one line; it allocates little in both cases.
/// </summary>
public class FormatFuzzTests
{
    private const int Rounds = 2000;
    private const long MaxAllocatedBytes = 1_000_000;
    private static readonly ulong[] Numbers = [0, 1, 31, 33, 127, 128, 255, 65535, 1UL << 31, uint.MaxValue, 1UL << 32, 1UL << 60, long.MaxValue, 1UL << 63, ulong.MaxValue];
    private static readonly string[] Words = ["-1", "9223372036854775807", "18446744073709551616", "1e99", "\"", "{", "}", "[", "]", ",", ":", "null", "\\ud800", "../", "\0", "(", ")", "True"];

    [Fact]
    public void A_mutated_safetensors_is_read_or_refused()
    {
        using var folder = new TemporaryFolder();
        TensorDeclaration[] tensors = [new("a", DType.Float32, [3, 2]), new("b", DType.BFloat16, [5]), new("c", DType.UInt8, [7]), new("d", DType.Int64, [])];
        SafetensorsTests.Write(folder["valid"], tensors, name => new byte[tensors.Single(tensor => tensor.Name == name).ByteLength]);
        Fuzz(folder, File.ReadAllBytes(folder["valid"]), 11, static path =>
        {
            using var file = SafetensorsFile.Open(path);
            return file.Entries.Sum(Touch);
        });
    }

    [Fact]
    public void A_mutated_GGUF_is_read_or_refused()
    {
        using var folder = new TemporaryFolder();
        var metadata = new GgufMetadata().Add("general.alignment", 32u).Add("t", "text").Add("n", new[] { 1, 2, 3 }).Add("s", new[] { "a", "bc" }).Add("x", new[] { new[] { 1f }, [2f, 3f] }).Add("b", true);
        using (var writer = GgufWriter.Create(folder["valid"], metadata, [new("a", DType.Float32, [2, 3]), new("q", DType.Q8_0, [2, 32]), new("k", DType.Q6_K, [256])]))
        {
            foreach (var tensor in writer.Tensors)
            {
                writer.Append(tensor.Name, new byte[tensor.ByteLength]);
            }

            writer.Complete();
        }

        Fuzz(folder, File.ReadAllBytes(folder["valid"]), 12, static path =>
        {
            using var file = GgufFile.Open(path);
            return file.Entries.Sum(Touch) + file.Metadata.Sum(Touch);
        });
    }

    [Fact]
    public void A_mutated_npy_is_read_or_refused()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write(folder["valid"], DType.Float32, [2, 3], new byte[24]);
        Fuzz(folder, File.ReadAllBytes(folder["valid"]), 13, static path =>
        {
            using var file = NpyFile.Open(path);
            return Touch(file.Array);
        });
    }

    [Fact]
    public void A_mutated_index_is_read_or_refused()
    {
        using var folder = new TemporaryFolder();
        var valid = """{"metadata":{"total_size":12},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"sub/model.safetensors"}}"""u8;
        Fuzz(folder, valid.ToArray(), 14, static path => ShardIndex.Read(path).WeightMapEntries.Count);
    }

    private static void Fuzz(TemporaryFolder folder, byte[] valid, int seed, Func<string, long> read)
    {
        var random = new Random(seed);
        var path = folder["mutated"];
        File.WriteAllBytes(path, valid);
        read(path);
        var (accepted, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = valid.ToList();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                Mutate(random, bytes);
            }

            // Some file systems wait for the disk when a file is truncated and written again; a new file costs nothing.
            File.Delete(path);
            File.WriteAllBytes(path, [.. bytes]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(path);
                accepted++;
            }
            catch (ModelFormatException refusal)
            {
                refused++;
                Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', refusal.Message);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        }

        Assert.True(accepted > Rounds / 100 && refused > Rounds / 10, $"{accepted} accepted and {refused} refused: the mutations reach too little");
    }

    private static void Mutate(Random random, List<byte> bytes)
    {
        // The start of a file decides more than its data.
        var at = random.Next(random.Next(3) == 0 ? Math.Min(bytes.Count, 64) : bytes.Count);
        switch (random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 33), bytes.Count - at)));
                break;
            case 4:
                var number = new byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(number, Numbers[random.Next(Numbers.Length)]);
                for (var i = 0; i < (random.Next(2) == 0 ? 4 : 8) && at + i < bytes.Count; i++)
                {
                    bytes[at + i] = number[i];
                }

                break;
            case 5:
                bytes.InsertRange(at, System.Text.Encoding.ASCII.GetBytes(Words[random.Next(Words.Length)]));
                break;
            default:
                bytes.RemoveRange(Math.Max(at, 1), bytes.Count - Math.Max(at, 1));
                break;
        }

        if (bytes.Count == 0)
        {
            bytes.Add(0);
        }
    }

    private static unsafe long Touch(TensorEntry entry)
    {
        Assert.InRange(entry.Offset, 0, entry.File.Length);
        Assert.InRange(entry.ByteLength, 0, entry.File.Length - entry.Offset);
        var sum = 0L;
        for (var i = 0L; i < entry.ByteLength; i++)
        {
            sum += entry.Pointer[i];
        }

        return sum + entry.ElementCount;
    }

    private static long Touch(GgufValue value) => value.Type switch
    {
        GgufValueType.String => value.ToText().Length,
        GgufValueType.Bool => value.ToBoolean() ? 1 : 0,
        GgufValueType.Float32 or GgufValueType.Float64 => value.ToDouble() > 0 ? 1 : 0,
        GgufValueType.Array => value.ElementType switch
        {
            GgufValueType.String => value.ToTexts().Length,
            GgufValueType.Array => value.ToArrays().Sum(Touch),
            GgufValueType.Bool => value.ToBooleans().Length,
            GgufValueType.Float32 or GgufValueType.Float64 => value.ToSingles().Length,
            _ => value.ToInt64s().Length,
        },
        _ => value.ToInt64() & 1,
    };
}
