namespace PlamoNative.Bench.Peers;

/// <summary>f32 matmul, ours and OpenBLAS's, on the same matrices, threads and minute, both beside the FMA peak.</summary>
internal static class OpenBlasRace
{
    /// <summary>Runs the race; answers the exit code.</summary>
    public static int Run(BenchOptions options)
    {
        if (OpenBlas.TryLoad() is null)
        {
            Console.Error.WriteLine("OpenBLAS is not installed here: on Debian, apt-get install libopenblas0-pthread");
            return 1;
        }

        Console.Error.WriteLine(OpenBlas.Configuration);
        using var context = new BenchContext(options);
        foreach (var size in new[] { 1024, 2048 })
        {
            foreach (var threads in options.Threads)
            {
                var name = $"matmul-{size}";
                if (!context.Wants(name))
                {
                    continue;
                }

                using var ours = new SquareMatmul(size, context.Device(threads).Workers);
                using var theirs = new SquareMatmul(size, context.Device(threads).Workers);
                ours.Run();
                OpenBlas.UseThreads(threads);
                var (a, b, c) = theirs.Operands;
                OpenBlas.Multiply(size, a, b, c);
                context.Measure(new BenchCase
                {
                    Name = name,
                    Shape = $"{size} x {size} x {size}",
                    DType = "f32",
                    Threads = threads,
                    Unit = "GFLOP/s",
                    Candidate = Contender.Flops("ours", ours.Flops, ours.Run),
                    Baseline = Contender.Flops("OpenBLAS", ours.Flops, () => OpenBlas.Multiply(size, a, b, c)),
                    Limit = context.Peak.ForThreads(threads),
                    Target = "1.0 x, 80 %",
                    SettleMilliseconds = 40,
                    Note = $"greatest difference {ours.GreatestDifference(theirs):E1}",
                });
            }
        }

        return BenchRun.Finish(context, "openblas", OpenBlas.Configuration);
    }
}
