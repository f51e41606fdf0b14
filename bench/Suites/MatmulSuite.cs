namespace PlamoNative.Bench;

/// <summary>f32 matmul against the FMA peak of the same threads.</summary>
internal sealed class MatmulSuite : IBenchSuite
{
    /// <inheritdoc/>
    public string Name => "matmul";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        foreach (var size in new[] { 1024, 2048 })
        {
            foreach (var threads in context.Options.Threads)
            {
                var name = $"matmul-{size}";
                if (!context.Wants(name))
                {
                    continue;
                }

                using var product = new SquareMatmul(size, context.Device(threads).Workers);
                context.Measure(new BenchCase
                {
                    Name = name,
                    Shape = $"{size} x {size} x {size}",
                    DType = "f32",
                    Threads = threads,
                    Unit = "GFLOP/s",
                    Candidate = Contender.Flops("ours", product.Flops, product.Run),
                    Limit = context.Peak.ForThreads(threads),
                    Target = "80 %",
                });
            }
        }
    }
}
