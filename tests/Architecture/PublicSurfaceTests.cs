using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Xunit;

namespace PlamoNative.Architecture.Tests;

/// <summary>No public type without a use outside of its project.</summary>
public sealed class PublicSurfaceTests
{
    private static readonly string[] Libraries = ["PlamoNative.Engine", "PlamoNative.Kernels", "PlamoNative.Runtime"];

    [Fact]
    public void Every_public_type_is_used_by_another_project()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var assemblies = Repository.Projects.Where(p => !p.StartsWith("bench/Peers/", StringComparison.Ordinal))
            .Select(p => Path.Combine(Repository.Root, Path.GetDirectoryName(p)!, "bin", configuration, "net10.0"))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll"))
            .Where(file => Path.GetFileName(file).StartsWith("PlamoNative.", StringComparison.Ordinal) || Path.GetFileName(file) == "plamo.dll")
            .GroupBy(Path.GetFileName).Select(g => g.OrderByDescending(File.GetLastWriteTimeUtc).First()).ToArray();

        var used = assemblies.SelectMany(ReferencedTypes).ToHashSet(StringComparer.Ordinal);
        foreach (var library in Libraries)
        {
            var file = assemblies.FirstOrDefault(a => Path.GetFileNameWithoutExtension(a) == library);
            Assert.SkipUnless(file is not null, $"{library} has not been built as {configuration}");
            var unused = PublicTypes(file!).Where(type => !used.Contains($"{library}:{type}"));
            Assert.Empty(unused.Select(type => $"{type} of {library} is public and used by no other project"));
        }
    }

    private static List<string> PublicTypes(string file)
    {
        using var stream = File.OpenRead(file);
        using var pe = new PEReader(stream);
        var reader = pe.GetMetadataReader();
        return [.. reader.TypeDefinitions.Select(reader.GetTypeDefinition)
            .Where(t => (t.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public)
            .Select(t => $"{reader.GetString(t.Namespace)}.{reader.GetString(t.Name)}")];
    }

    private static List<string> ReferencedTypes(string file)
    {
        using var stream = File.OpenRead(file);
        using var pe = new PEReader(stream);
        var reader = pe.GetMetadataReader();
        return [.. reader.TypeReferences.Select(reader.GetTypeReference)
            .Where(t => t.ResolutionScope.Kind == HandleKind.AssemblyReference)
            .Select(t => $"{reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)t.ResolutionScope).Name)}:{reader.GetString(t.Namespace)}.{reader.GetString(t.Name)}")];
    }
}
