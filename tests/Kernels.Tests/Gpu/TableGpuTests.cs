using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

[Collection(GpuTests.Name)]
public sealed class TableGpuTests(GpuTwin gpu)
{
    public static TheoryData<DType> Storages => [DType.Float32, DType.BFloat16, DType.Float16, DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q6_K];

    [Theory]
    [MemberData(nameof(Storages))]
    public unsafe void Gathered_rows_are_the_stored_values(DType storage)
    {
        const int Rows = 7;
        const int Width = 512;
        var bytes = TestWeights.Make(storage, Rows, Width, new Random(5), out var values);
        using var processor = new CpuDevice(1);
        using var here = Tensor.Allocate(processor, new Shape(Rows, Width), storage);
        Buffer.MemoryCopy(bytes, here.Pointer, storage.Bytes(Rows * Width), storage.Bytes(Rows * Width));
        System.Runtime.InteropServices.NativeMemory.AlignedFree(bytes);
        using var table = new TensorWeight(here.To(gpu.Device));
        int[] chosen = [3, 0, 6, 6, 1];
        using var output = new Placed(gpu.Device, new Shape(chosen.Length, Width), DType.Float32);
        table.Gather(chosen, output.View);
        var actual = output.Read();
        for (var i = 0; i < actual.Length; i++)
        {
            Assert.Equal(values[(chosen[i / Width] * Width) + (i % Width)], (float)actual[i]);
        }
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(8, 8)]
    [InlineData(13, 0)]
    [InlineData(70, 3)]
    [InlineData(1030, 0)]
    public void Rows_of_tensors_and_gradients_of_tables_have_the_bits_of_the_processor(int width, int padding)
    {
        var x = TensorValues.Normal(1, 9 * width);
        var table = TensorValues.Normal(2, 5 * width);
        int[] tokens = [4, 0, 4, 1, 4, 0, 3, 4, 4];
        int[] rows = [8, 0, 0, 5];
        gpu.AssertSameBits($"{width}", (device, dtype) =>
        {
            using var input = new Placed(device, new Shape(9, width), dtype, x, padding);
            using var gathered = new Placed(device, new Shape(rows.Length, width), dtype);
            using var gradient = new Placed(device, new Shape(5, width), dtype, table);
            GatherRows.Forward(input.View, rows, gathered.View);
            EmbeddingBackward.Run(tokens, input.View, gradient.View);
            EmbeddingBackward.Run([], input.View.Narrow(0, 0, 0), gradient.View);
            return [gathered.Read(), gradient.Read()];
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    [InlineData(0)]
    public void Caches_hold_what_was_appended_while_they_grow_and_turn(int? window)
    {
        int[][] steps = [[3, 0, 70], [1, 1, 1], [4, 9, 0], [1, 1, 1]];
        gpu.AssertSameBits($"{window}", (device, dtype) =>
        {
            var caches = Enumerable.Range(0, 3).Select(_ => new KvCache(device, 2, 6, window, dtype)).ToArray();
            var results = new List<double[]>();
            for (var step = 0; step < steps.Length; step++)
            {
                var lengths = steps[step];
                var offsets = new SequenceOffsets(0, lengths[0], lengths[0] + lengths[1], lengths.Sum());
                var shape = new Shape(offsets.TokenCount, 2, 6);
                using var key = new Placed(device, shape, dtype, TensorValues.Normal(step, shape.ElementCount), 2);
                using var value = new Placed(device, shape, dtype, TensorValues.Normal(step + 9, shape.ElementCount));
                KvCache.Append(caches, offsets, key.View, value.View);
            }

            using (var fork = caches[0].Clone())
            {
                results.Add(Rows(fork, fork.Keys));
            }

            foreach (var cache in caches)
            {
                results.Add(Rows(cache, cache.Keys));
                results.Add(Rows(cache, cache.Values));
                cache.Dispose();
            }

            return [.. results];
        });

        static double[] Rows(KvCache cache, Tensor tensor)
        {
            var all = tensor.ToArray<float>();
            var kept = new List<double> { cache.Position, cache.Count, cache.Capacity };
            for (var head = 0; head < cache.KeyValueHeads; head++)
            {
                for (var p = cache.Position - cache.Count; p < cache.Position; p++)
                {
                    var at = (int)((head * cache.Capacity) + (p % cache.Capacity)) * cache.HeadSize;
                    kept.AddRange(all[at..(at + cache.HeadSize)].Select(v => (double)v));
                }
            }

            return [.. kept];
        }
    }
}
