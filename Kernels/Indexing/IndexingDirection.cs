using System.Numerics.Tensors;

namespace PlamoNative.Kernels;

/// <summary>What an indexing kernel does with a run of elements of both sides.</summary>
internal unsafe interface IIndexingDirection
{
    /// <summary>Whether the table is written; else what was chosen is.</summary>
    static abstract bool WritesTable { get; }

    /// <summary>Moves <paramref name="count"/> elements, float or double.</summary>
    static abstract void Row<T>(T* table, T* chosen, int count)
        where T : unmanaged;
}

/// <summary>Both directions.</summary>
internal static unsafe class IndexingDirection
{
    /// <summary>chosen = table.</summary>
    internal readonly struct Gathering : IIndexingDirection
    {
        public static bool WritesTable => false;

        public static void Row<T>(T* table, T* chosen, int count)
            where T : unmanaged => new ReadOnlySpan<T>(table, count).CopyTo(new Span<T>(chosen, count));
    }

    /// <summary>table += chosen.</summary>
    internal readonly struct Scattering : IIndexingDirection
    {
        public static bool WritesTable => true;

        public static void Row<T>(T* table, T* chosen, int count)
            where T : unmanaged
        {
            if (typeof(T) == typeof(float))
            {
                var sums = new Span<float>(table, count);
                TensorPrimitives.Add(sums, new ReadOnlySpan<float>(chosen, count), sums);
            }
            else
            {
                var sums = new Span<double>(table, count);
                TensorPrimitives.Add(sums, new ReadOnlySpan<double>(chosen, count), sums);
            }
        }
    }
}
