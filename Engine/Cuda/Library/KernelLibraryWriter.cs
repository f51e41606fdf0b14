using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace PlamoNative.Engine;

/// <summary>
/// Collects compiled kernels and writes them as <c>kernels.bin</c>. The bytes depend on what was added and not on the order, so that the same source gives the
/// same file.
/// </summary>
internal sealed class KernelLibraryWriter
{
    private readonly List<(KernelManifest Manifest, string Ptx)> _kernels = [];

    /// <summary>Adds one kernel for one architecture; <see cref="KernelManifest.Sha256"/> is filled in here.</summary>
    /// <param name="manifest">What a launch must know.</param>
    /// <param name="ptx">The whole PTX text, with the line <c>.target sm_XX</c> of <see cref="KernelManifest.Architecture"/>.</param>
    /// <exception cref="ArgumentException">The text has another target, or the kernel was added before.</exception>
    internal void Add(KernelManifest manifest, string ptx)
    {
        if (FindTarget(ptx) is not { } range || ptx[range] != manifest.Architecture.Target)
        {
            throw new ArgumentException($"{manifest.Name}: the text has no line '.target {manifest.Architecture.Target}'", nameof(ptx));
        }

        if (_kernels.Any(other => other.Manifest.Name == manifest.Name && other.Manifest.Architecture == manifest.Architecture))
        {
            throw new ArgumentException($"{manifest.Name} for {manifest.Architecture.Target} was added before", nameof(manifest));
        }

        _kernels.Add((manifest with { Sha256 = KernelLibraryFormat.Hash(ptx) }, ptx));
    }

    /// <summary>Writes the file.</summary>
    /// <param name="quality">Brotli's: 0 (fast) to 11 (small).</param>
    internal byte[] ToArray(int quality = 9)
    {
        var bodies = new List<string>();
        var indices = new Dictionary<string, int>(StringComparer.Ordinal);
        var manifests = new List<KernelManifest>();
        foreach (var (manifest, ptx) in _kernels
            .OrderBy(kernel => kernel.Manifest.Name, StringComparer.Ordinal).ThenBy(kernel => kernel.Manifest.Architecture.ToString(), StringComparer.Ordinal))
        {
            var range = FindTarget(ptx)!.Value;
            var body = string.Concat(ptx.AsSpan()[..range.Start.Value], KernelLibraryFormat.TargetPlaceholder, ptx.AsSpan()[range.End.Value..]);
            if (!indices.TryGetValue(body, out var index))
            {
                indices.Add(body, index = bodies.Count);
                bodies.Add(body);
            }

            manifests.Add(manifest with { Text = index });
        }

        var texts = new ArrayBufferWriter<byte>();
        var places = new List<(int Offset, int Stored, int Length)>();
        foreach (var (stored, length) in bodies.AsParallel().AsOrdered().Select(body => Encoding.UTF8.GetBytes(body)).Select(bytes => (Compress(bytes, quality), bytes.Length)))
        {
            places.Add((texts.WrittenCount, stored.Length, length));
            texts.Write(stored);
        }

        var json = WriteManifest(manifests, places);
        var packed = Compress(json, quality);
        var file = new byte[KernelLibraryFormat.HeaderBytes + packed.Length + texts.WrittenCount];
        packed.CopyTo(file.AsSpan(KernelLibraryFormat.HeaderBytes));
        texts.WrittenSpan.CopyTo(file.AsSpan(KernelLibraryFormat.HeaderBytes + packed.Length));
        KernelLibraryFormat.WriteHeader(file, packed.Length, json.Length, file.AsSpan(KernelLibraryFormat.HeaderBytes));
        return file;
    }

    /// <summary>Where the target's name stands in a PTX text: <c>.target sm_80</c>, perhaps followed by <c>, debug</c>.</summary>
    private static Range? FindTarget(string ptx)
    {
        const string Directive = ".target ";
        var at = ptx.StartsWith(Directive, StringComparison.Ordinal) ? 0 : ptx.IndexOf("\n" + Directive, StringComparison.Ordinal) + 1;
        if (at == 0 && !ptx.StartsWith(Directive, StringComparison.Ordinal))
        {
            return null;
        }

        var start = at + Directive.Length;
        var length = ptx.AsSpan(start).IndexOfAny(" ,\r\n");
        return length < 0 ? null : start..(start + length);
    }

    private static byte[] Compress(byte[] bytes, int quality)
    {
        var buffer = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        return BrotliEncoder.TryCompress(bytes, buffer, out var written, quality, window: 22)
            ? buffer[..written]
            : throw new InvalidOperationException($"{bytes.Length} bytes could not be compressed");
    }

    private static byte[] WriteManifest(List<KernelManifest> manifests, List<(int Offset, int Stored, int Length)> places)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("texts");
            foreach (var (offset, stored, length) in places)
            {
                json.WriteStartObject();
                json.WriteNumber("offset", offset);
                json.WriteNumber("stored", stored);
                json.WriteNumber("length", length);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("kernels");
            manifests.ForEach(manifest => Write(json, manifest));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, KernelManifest manifest)
    {
        json.WriteStartObject();
        json.WriteString("name", manifest.Name);
        json.WriteString("entry", manifest.Entry);
        json.WriteString("architecture", manifest.Architecture.ToString());
        json.WriteStartArray("parameters");
        foreach (var parameter in manifest.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("kind", KernelLibraryFormat.NameOf(parameter.Kind));
            json.WriteNumber("offset", parameter.Offset);
            json.WriteNumber("size", parameter.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("parameterBytes", manifest.ParameterBytes);
        json.WriteNumber("staticSharedBytes", manifest.StaticSharedBytes);
        json.WriteBoolean("usesDynamicShared", manifest.UsesDynamicShared);
        json.WriteNumber("blockThreads", manifest.BlockThreads);
        json.WriteNumber("minimumBlocks", manifest.MinimumBlocks);
        json.WriteNumber("maximumRegisters", manifest.MaximumRegisters);
        json.WriteNumber("clusterSize", manifest.ClusterSize);
        json.WriteString("expects", manifest.Expects);
        json.WriteString("sha256", manifest.Sha256);
        json.WriteString("buildHash", manifest.BuildHash);
        json.WriteNumber("text", manifest.Text);
        json.WriteEndObject();
    }
}
