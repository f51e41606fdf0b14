using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

/// <summary>Reads what <c>plamo logits</c> writes.</summary>
internal static class NpyArray
{
    internal static unsafe float[] Read(string path, params long[] shape)
    {
        using var file = NpyFile.Open(path);
        Assert.Equal(DType.Float32, file.Array.DType);
        Assert.Equal(shape, file.Array.Shape.ToArray());
        return new ReadOnlySpan<float>(file.Array.Pointer, checked((int)(file.Array.ByteLength / sizeof(float)))).ToArray();
    }
}
