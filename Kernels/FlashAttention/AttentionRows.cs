using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Where a block of attention's kernels finds its rows: the sequence of an item, the query heads of a key-value head, and addresses of queries and keys. A query row is a token and one of
/// the heads that share a key-value head: row r is token r / heads, head r mod heads.
/// </summary>
internal struct AttentionRows
{
    public AttentionShape Shape;
    public int KeyValueHead;
    public int FirstHead;
    public int Heads;
    public int Item;
    public int FirstToken;
    public int Length;
    public int Past;
    public int PastFirstRow;
    public int PastCapacity;
    public long PastKeys;
    public long PastValues;
    public int FirstPartial;

    /// <summary>Reads the list of sequences; <paramref name="field"/> counts the items.</summary>
    public static AttentionRows Of(ArrayView<long> sequences, int field, int item, int keyValueHead, AttentionShape shape)
    {
        var low = 0;
        var high = shape.Sequences - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            if (sequences[(middle * AttentionTable.Fields) + field] <= item)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        var at = low * AttentionTable.Fields;
        var rows = default(AttentionRows);
        rows.Shape = shape;
        rows.KeyValueHead = keyValueHead;
        rows.FirstHead = ((keyValueHead * shape.QueryHeads) + shape.KeyValueHeads - 1) / shape.KeyValueHeads;
        rows.Heads = ((((keyValueHead + 1) * shape.QueryHeads) + shape.KeyValueHeads - 1) / shape.KeyValueHeads) - rows.FirstHead;
        rows.Item = item - (int)sequences[at + field];
        rows.FirstToken = (int)sequences[at + AttentionTable.FirstToken];
        rows.Length = (int)sequences[at + AttentionTable.Length];
        rows.Past = (int)sequences[at + AttentionTable.Past];
        rows.PastFirstRow = (int)sequences[at + AttentionTable.PastFirstRow];
        rows.PastCapacity = (int)sequences[at + AttentionTable.PastCapacity];
        rows.PastKeys = sequences[at + AttentionTable.PastKeys];
        rows.PastValues = sequences[at + AttentionTable.PastValues];
        rows.FirstPartial = (int)sequences[at + AttentionTable.FirstPartial];
        return rows;
    }

    /// <summary>Rows of the sequence.</summary>
    public readonly int Count => Length * Heads;

    /// <summary>The position of a row's token, counted from the oldest cached key.</summary>
    public readonly int PositionOf(int row) => Past + (row / Heads);

    /// <summary>The first key that the token at a position sees.</summary>
    public readonly int FirstVisible(int position) => position > Shape.Window ? position - Shape.Window : 0;

    /// <summary>The address of a row in a tensor [T, Hq, P] with strides in bytes.</summary>
    public readonly long QueryRow(long start, int row, long tokenStride, long headStride) =>
        start + ((FirstToken + (row / Heads)) * tokenStride) + ((FirstHead + (row % Heads)) * headStride);

    /// <summary>A row's place in a dense [T, Hq].</summary>
    public readonly long Place(int row) => ((long)(FirstToken + (row / Heads)) * Shape.QueryHeads) + FirstHead + (row % Heads);

    /// <summary>The address of a key, from the ring or from the call's tokens.</summary>
    public readonly long KeyRow(long start, int key) => key < Past
        ? PastKeys + PastOffset(key)
        : start + ((FirstToken + key - Past) * Shape.KeyToken) + (KeyValueHead * Shape.KeyHead);

    /// <summary>The address of a value, from the ring or from the call's tokens.</summary>
    public readonly long ValueRow(long start, int key) => key < Past
        ? PastValues + PastOffset(key)
        : start + ((FirstToken + key - Past) * Shape.ValueToken) + (KeyValueHead * Shape.ValueHead);

    private readonly long PastOffset(int key)
    {
        var row = PastFirstRow + key;
        row = row >= PastCapacity ? row - PastCapacity : row;
        return (((long)KeyValueHead * PastCapacity) + row) * Shape.HeadSize * 4;
    }
}
