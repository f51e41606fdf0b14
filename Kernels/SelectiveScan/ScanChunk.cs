using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>The chunk of a block of the scan's kernels.</summary>
internal struct ScanChunk
{
    /// <summary>Arrays of <see cref="Decays"/>: Δ, l rounded to float, what the rounding lost.</summary>
    public const int DecayArrays = 3;

    public int Sequence;

    /// <summary>Counted over all sequences.</summary>
    public int Index;

    /// <summary>First token.</summary>
    public int Token;

    /// <summary>Tokens.</summary>
    public int Length;

    /// <summary>Finds a chunk.</summary>
    public static ScanChunk Of(ArrayView<long> sequences, int chunk, ScanShape shape)
    {
        var low = 0;
        var high = shape.Sequences - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            if (sequences[middle * ScanTable.Fields] <= chunk)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        var at = low * ScanTable.Fields;
        var first = (chunk - (int)sequences[at + ScanTable.FirstChunk]) * shape.Chunk;
        var left = (int)sequences[at + ScanTable.Length] - first;
        return new ScanChunk
        {
            Sequence = low,
            Index = chunk,
            Token = (int)sequences[at + ScanTable.FirstToken] + first,
            Length = left < shape.Chunk ? left : shape.Chunk,
        };
    }

    /// <summary>Where the decays of a head in this chunk begin: <see cref="DecayArrays"/> arrays of 64.</summary>
    public readonly long Decays(int head, ScanShape shape) => (((long)Index * shape.Heads) + head) * DecayArrays * TileProduct64.Size;

    /// <summary>Where the state [P, N] of a head in this chunk begins.</summary>
    public readonly long State(int head, ScanShape shape) => (((long)Index * shape.Heads) + head) * shape.HeadSize * shape.StateSize;

    /// <summary>Fills a table with the addresses of a row for each token of the chunk; the chunk's 64 first threads do it.</summary>
    public readonly void Rows(ArrayView<long> table, ref float start, long tokenStride, long offset)
    {
        if (Group.IdxX < TileProduct64.Size)
        {
            table[Group.IdxX] = Group.IdxX < Length ? AddressRows.AddressOf(ref start) + ((Token + Group.IdxX) * tokenStride) + offset : 0;
        }
    }

    /// <summary>exp(l_t - l_s) from the pairs that stand for l: only differences at or below zero are meant.</summary>
    public static float Decay(float high, float low, float highBefore, float lowBefore) => SimdMath.Exp<DeviceScalar, float>(
        FastMath.Add(FastMath.Subtract(high, highBefore), FastMath.Subtract(low, lowBefore)));
}
