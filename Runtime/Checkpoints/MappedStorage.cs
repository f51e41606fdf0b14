using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>The bytes of a mapped file as tensors' memory: the file stays mapped as long as a tensor views it.</summary>
internal sealed unsafe class MappedStorage : Storage
{
    private readonly MappedFile _file;

    private MappedStorage(MappedFile file)
        : base((nint)file.Pointer, file.Length) => _file = file;

    internal static MappedStorage Create(MappedFile file) => new(file.AddReference());

    protected override void Free(nint address, bool forgotten) => _file.Dispose();
}
