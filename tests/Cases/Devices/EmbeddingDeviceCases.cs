using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Rows of tables by token, of every stored type, and their gradient.</summary>
internal static class EmbeddingDeviceCases
{
    private static readonly int[] Tokens = [3, 0, 16, 3, 3, 5, 11, 16, 0, 3];

    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            foreach (var (type, width) in new[]
            {
                (DType.Float32, 48), (DType.Float32, 7), (DType.BFloat16, 33), (DType.Float16, 40), (DType.Q8_0, 64), (DType.Q4_0, 96), (DType.Q4_K, 256), (DType.Q5_K, 256), (DType.Q6_K, 512),
            })
            {
                yield return new("embedding", $"{type.Name()} of {width}", true, run => run.Keep("y", run.Operators.Embedding(Tokens, run.Weight(17, width, type))));
            }

            yield return new("gather_rows", "repeated rows", true, run => run.Keep("y", run.Operators.GatherRows(run.Input(new Shape(17, 37)), Tokens)));
            yield return new("gather_rows", "no rows", true, run => run.Keep("y", run.Operators.GatherRows(run.Input(new Shape(17, 37)), [])));
            yield return new("embedding_backward", "repeated tokens", true, run => Backward(run, Tokens, 17, 45));
            yield return new("embedding_backward", "repeated tokens, rows of vectors", true, run => Backward(run, Tokens, 17, 48));
            yield return new("embedding_backward", "a batch", false, run => Backward(run, [.. Enumerable.Range(0, 4096).Select(static t => t * 7919 % 997)], 997, 256));
        }
    }

    private static void Backward(CaseRun run, int[] tokens, int vocabulary, int width)
    {
        var gradient = run.Output(new Shape(vocabulary, width), 0.5);
        EmbeddingBackward.Run(tokens, run.Input(new Shape(tokens.Length, width)), gradient);
        run.Keep("dtable", gradient);
    }
}
