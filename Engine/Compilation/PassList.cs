using System.Collections.Immutable;
using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.PointerViews;
using ILGPU.Backends.PTX;
using ILGPU.Backends.PTX.Transformations;
using ILGPU.IR;
using ILGPU.IR.Transformations;

namespace PlamoNative.Compilation;

/// <summary>
/// The passes between ILGPU's intermediate code and PTX. Its own lists will not do: O2 moves loads across barriers (<c>CodePlacement</c>), and O1 knows no address space for
/// a view that came as an argument, so that every access is generic and the assembler keeps local arrays in memory. This list infers address spaces and places no code.
/// </summary>
internal static class PassList
{
    /// <summary>Puts our list in place of the back end's; the property has no public setter.</summary>
    public static void Install(PTXBackend backend)
    {
        var property = typeof(Backend).GetProperty("KernelTransformers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            ?? throw new MissingMemberException("ILGPU's Backend has no KernelTransformers any more: this version of ILGPU is not the one that this library was made for");
        var ours = (ImmutableArray<Transformer>)property.GetValue(backend)!;
        property.SetValue(backend, ours.SetItem(ours.Length - 1, Create(backend)));
    }

    private static Transformer Create(PTXBackend backend)
    {
        var builder = Transformer.CreateBuilder(TransformerConfiguration.Empty);
        builder.Add(new LowerArrays(MemoryAddressSpace.Local));
        builder.Add(new LowerPointerViews());
        builder.Add(new PTXAcceleratorSpecializer(backend.PointerType, enableAssertions: false, enableIOOperations: false));
        builder.Add(new Inliner());
        Clean(builder);
        builder.Add(new InferKernelAddressSpaces(MemoryAddressSpace.Global));
        builder.Add(new LowerStructures());
        Clean(builder);
        builder.Add(new SSAStructureConstruction());
        builder.Add(new InferLocalAddressSpaces());
        builder.Add(new CleanupBlocks());
        builder.Add(new SimplifyControlFlow());
        builder.Add(new LoopInvariantCodeMotion());
        Clean(builder);
        builder.Add(new SimplifyControlFlow());
        return builder.ToTransformer();
    }

    private static void Clean(Transformer.Builder builder)
    {
        builder.Add(new UnreachableCodeElimination());
        builder.Add(new DeadCodeElimination());
    }
}
