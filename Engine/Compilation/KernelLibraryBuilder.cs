using System.Security.Cryptography;
using System.Text;
using ILGPU;
using PlamoNative.Engine;

namespace PlamoNative.Compilation;

/// <summary>
/// All kernels of an assembly for all of their architectures, as one <c>kernels.bin</c>. Texts are kept in a folder by the fingerprint of their kernel, so that only what changed is
/// compiled again; several kernels are compiled at once, and a finished build removes the texts that it did not use. The same source gives the same bytes.
/// </summary>
/// <param name="compiler">The kernels.</param>
/// <param name="cache">A folder for texts, made where missing; null for none.</param>
public sealed class KernelLibraryBuilder(KernelCompiler compiler, string? cache)
{
    private const string Extension = ".ptx";

    // Keyed by the code, not by the modules' own numbers: those change with every commit.
    private static readonly Lazy<string> Compiler = new(() => CodeHash.Of(typeof(KernelCompiler).Assembly));
    private static readonly Lazy<string> Format = new(() => CodeHash.Of(typeof(KernelLibraryWriter).Assembly, IsFormat));
    private readonly string[] _prints = [.. compiler.Kernels.AsParallel().AsOrdered().Select(KernelFingerprint.Of)];
    private int _compiled;

    /// <summary>How many texts the last build had to compile.</summary>
    public int Compiled => _compiled;

    /// <summary>Names the library that a build would give: two builders of the same name build the same bytes.</summary>
    public string Stamp => Hash($"{string.Concat(_prints)}|{Compiler.Value}|{Format.Value}|{Context.Version}");

    /// <summary>Builds the library.</summary>
    /// <exception cref="KernelCompilationException">The first kernel, by name, that does not compile.</exception>
    public byte[] Build()
    {
        _compiled = 0;
        if (cache != null)
        {
            Directory.CreateDirectory(cache);
        }

        var build = Hash(Context.Version + string.Concat(_prints));
        var jobs = compiler.Kernels.Zip(_prints).SelectMany(pair => Groups(pair.First).Select(targets => (Kernel: pair.First, Print: pair.Second, Targets: targets))).ToArray();
        var results = new (CompiledPtx? Ptx, KernelCompilationException? Error)[jobs.Length];
        Parallel.For(0, jobs.Length, i =>
        {
            try
            {
                results[i] = (Text(jobs[i].Kernel, jobs[i].Targets[0], jobs[i].Print), null);
            }
            catch (KernelCompilationException e)
            {
                results[i] = (null, e);
            }
        });
        if (results.FirstOrDefault(r => r.Error != null).Error is { } error)
        {
            throw error;
        }

        var writer = new KernelLibraryWriter();
        foreach (var (job, result) in jobs.Zip(results))
        {
            foreach (var target in job.Targets)
            {
                writer.Add(Manifest(result.Ptx!, target, build), Retarget(result.Ptx!, target));
            }
        }

        Prune(jobs.Select(job => CacheFile(job.Print, job.Targets[0])!));
        return writer.ToArray();
    }

    private static bool IsFormat(Type type) => type == typeof(GpuArchitecture) || $"{type.FullName}".StartsWith("PlamoNative.Engine.Kernel", StringComparison.Ordinal);

    /// <summary>Removes the texts of older sources, which nothing else ever would.</summary>
    private void Prune(IEnumerable<string> used)
    {
        if (cache == null)
        {
            return;
        }

        var kept = used.Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(cache, "*" + Extension).Where(f => !kept.Contains(Path.GetFileName(f))))
        {
            File.Delete(file);
        }
    }

    private string? CacheFile(string print, PtxTarget target) => cache == null ? null : Path.Combine(cache, Key(print, target) + Extension);

    /// <summary>Targets of the same PTX version from 8.0 on get the same text but for the name: ILGPU knows no difference between them, so each group is compiled once.</summary>
    private static IEnumerable<PtxTarget[]> Groups(KernelDefinition kernel)
        => kernel.Targets.GroupBy(t => (t.Isa, t.IsSpecific, Old: t.Major < 8)).Select(group => group.ToArray());

    private static string Retarget(CompiledPtx ptx, PtxTarget target)
        => ptx.Text.Replace($"\n.target {ptx.Target.Directive}\n", $"\n.target {target.Directive}\n", StringComparison.Ordinal);

    private static KernelManifest Manifest(CompiledPtx ptx, PtxTarget target, string build) => new()
    {
        Name = ptx.Kernel.Name,
        Entry = ptx.Kernel.Entry,
        Architecture = new GpuArchitecture(target.Major, target.Minor, target.IsSpecific),
        Parameters = ptx.Parameters,
        ParameterBytes = ptx.ParameterBytes,
        StaticSharedBytes = ptx.StaticSharedBytes,
        UsesDynamicShared = ptx.UsesDynamicShared,
        BlockThreads = ptx.Kernel.Declaration.BlockThreads,
        MinimumBlocks = ptx.Kernel.Declaration.MinimumBlocks,
        MaximumRegisters = ptx.Kernel.Declaration.MaximumRegisters,
        ClusterSize = ptx.Kernel.Declaration.ClusterSize,
        Expects = ptx.Kernel.Declaration.Expects,
        BuildHash = build,
    };

    private CompiledPtx Text(KernelDefinition kernel, PtxTarget target, string print)
    {
        var file = CacheFile(print, target);
        if (file != null && File.Exists(file))
        {
            return KernelCompiler.Describe(kernel, target, File.ReadAllText(file));
        }

        var compiled = compiler.Compile(kernel, target);
        Interlocked.Increment(ref _compiled);
        if (file != null)
        {
            // Another build may write the same file.
            var temporary = $"{file}.{Guid.NewGuid():N}";
            File.WriteAllText(temporary, compiled.Text);
            File.Move(temporary, file, overwrite: true);
        }

        return compiled;
    }

    private static string Key(string print, PtxTarget target) => Hash($"{print}|{target.Directive}|{target.Isa}|{Compiler.Value}|{Context.Version}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
