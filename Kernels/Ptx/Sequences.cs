using ILGPU;

namespace PlamoNative.Kernels.Ptx;

/// <summary>Finding sequences in a ragged batch.</summary>
internal static class Sequences
{
    /// <summary>The sequence of a token: the last whose border is not after it, which is never an empty one.</summary>
    public static int Of(ArrayView<int> borders, int sequences, int token)
    {
        var low = 0;
        var high = sequences;
        while (high - low > 1)
        {
            var middle = (low + high) >> 1;
            if (borders[middle] <= token)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
