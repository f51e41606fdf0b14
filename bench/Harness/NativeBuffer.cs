using System.Runtime.InteropServices;

namespace PlamoNative.Bench;

/// <summary>Aligned memory outside of the managed heap.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private byte* _pointer;

    /// <summary>Takes the memory; the content is undefined.</summary>
    public NativeBuffer(long bytes)
    {
        ByteLength = bytes;
        _pointer = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, bytes), 64);
    }

    /// <summary>Size.</summary>
    public long ByteLength { get; }

    /// <summary>The first byte.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return _pointer;
        }
    }

    /// <summary>The memory as float32.</summary>
    public float* Floats => (float*)Pointer;

    /// <summary>Values in [-1, 1) of a fixed sequence.</summary>
    public static NativeBuffer RandomFloats(long count, int seed)
    {
        var buffer = new NativeBuffer(4 * count);
        var random = new Random(seed);
        for (var i = 0L; i < count; i++)
        {
            buffer.Floats[i] = (2 * random.NextSingle()) - 1;
        }

        return buffer;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }
}
