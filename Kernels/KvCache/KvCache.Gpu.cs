using System.Runtime.InteropServices;
using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>What a kernel knows of one sequence whose tokens are appended.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KvAppend
{
    /// <summary>Address of the cache's keys, [Hkv, Capacity, P].</summary>
    public long Keys;

    /// <summary>Address of the cache's values, [Hkv, Capacity, P].</summary>
    public long Values;

    /// <summary>Token of the batch that is appended first.</summary>
    public int Token;

    /// <summary>Tokens to append.</summary>
    public int Count;

    /// <summary>Row of the first one; the next ones follow, and row 0 after the last.</summary>
    public int Row;

    /// <summary>Rows of the cache.</summary>
    public int Capacity;
}

/// <summary>
/// Appending to key-value caches on a GPU. Shapes: key and value [T, Hkv, P] of any token and head strides, f32; appends: one a sequence. Grid (tokens of the longest sequence · Hkv · P / 256,
/// sequences), block 256: a thread, an element of a key and of a value.
/// </summary>
internal static class KvCacheKernels
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>Copies the tokens.</summary>
    [GpuKernel(Threads)]
    public static void Append(
        ArrayView<float> key, HeadStrides keyHeads, ArrayView<float> value, HeadStrides valueHeads, ArrayView<KvAppend> appends, int heads, int headSize)
    {
        var append = appends[Grid.IdxY];
        var item = ((long)Grid.IdxX * Threads) + Group.IdxX;
        var width = heads * headSize;
        if (item >= (long)append.Count * width)
        {
            return;
        }

        var token = (int)(item / width);
        var rest = (int)(item - ((long)token * width));
        var head = (int)((uint)rest / (uint)headSize);
        var place = rest - (head * headSize);
        var row = (int)((uint)(append.Row + token) % (uint)append.Capacity);
        var to = ((((long)head * append.Capacity) + row) * headSize) + place;
        AddressMemory.Store(append.Keys + (to * sizeof(float)), key[HeadStrides.At(keyHeads, append.Token + token, head) + place]);
        AddressMemory.Store(append.Values + (to * sizeof(float)), value[HeadStrides.At(valueHeads, append.Token + token, head) + place]);
    }
}
