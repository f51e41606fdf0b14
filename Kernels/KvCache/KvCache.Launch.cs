using System.Buffers;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

public sealed partial class KvCache
{
    private const int MostSequencesOfLaunch = 65535;

    /// <summary>Appends the tokens of a ragged batch, each sequence's to its own cache: on a GPU in one launch.</summary>
    /// <param name="caches">One a sequence, of the same heads, on one device.</param>
    /// <param name="offsets">Borders of the sequences.</param>
    /// <param name="key">[T, Hkv, P], innermost axis dense.</param>
    /// <param name="value">[T, Hkv, P], innermost axis dense.</param>
    internal static void Append(ReadOnlySpan<KvCache> caches, SequenceOffsets offsets, Tensor key, Tensor value)
    {
        if (caches.Length == 0 || key.Device is not CudaDevice device)
        {
            for (var s = 0; s < caches.Length; s++)
            {
                caches[s].Append(key, value, offsets[s], offsets[s + 1] - offsets[s]);
            }

            return;
        }

        var appends = ArrayPool<KvAppend>.Shared.Rent(caches.Length);
        for (var s = 0; s < caches.Length; s++)
        {
            appends[s] = caches[s].Advance(offsets[s], offsets[s + 1] - offsets[s]);
        }

        Launch(device, key, value, appends.AsSpan(0, caches.Length), offsets.MaxSequenceLength);
        ArrayPool<KvAppend>.Shared.Return(appends);
    }

    private static void Launch(CudaDevice device, Tensor key, Tensor value, ReadOnlySpan<KvAppend> appends, int most)
    {
        DeviceLaunch.Single(nameof(Append), key);
        DeviceLaunch.Single(nameof(Append), value);
        DeviceLaunch.Same(nameof(Append), nameof(value), value, device);
        var (heads, headSize) = ((int)key.Shape[1], (int)key.Shape[2]);
        var grid = GridSize.Covering((long)most * heads * headSize, KvCacheKernels.Threads).X;
        for (var first = 0; first < appends.Length && grid > 0; first += MostSequencesOfLaunch)
        {
            var part = appends.Slice(first, Math.Min(MostSequencesOfLaunch, appends.Length - first));
            using var there = device.Upload(part);
            device.Kernel("KvCacheKernels.Append").Launch(new GridSize(grid, part.Length)).Heads(key, 1).Heads(value, 1).View(there).Int(heads).Int(headSize).Run();
        }
    }

    /// <summary>Makes room for tokens and counts them; what is left is to copy them.</summary>
    private KvAppend Advance(int token, int count)
    {
        Reserve(count);
        var skipped = Window is { } window ? Math.Max(0, count - window) : 0;
        var append = new KvAppend
        {
            Keys = Keys.Address, Values = Values.Address, Token = token + skipped, Count = count - skipped, Row = Capacity == 0 ? 0 : (int)((Position + skipped) % Capacity),
            Capacity = Math.Max(1, Capacity),
        };
        Position += count;
        return append;
    }

    /// <summary>The first <see cref="Count"/> rows of the old pair into a larger one.</summary>
    private void MoveOnGpu(CudaDevice device, Tensor keys, Tensor values, int capacity)
    {
        if (Position > 0)
        {
            using var oldKeys = Keys.Permute(1, 0, 2);
            using var oldValues = Values.Permute(1, 0, 2);
            var append = new KvAppend { Keys = keys.Address, Values = values.Address, Count = (int)Position, Capacity = capacity };
            Launch(device, oldKeys, oldValues, new ReadOnlySpan<KvAppend>(in append), (int)Position);
        }
    }
}
