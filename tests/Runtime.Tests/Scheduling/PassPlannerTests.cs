using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Scheduling;
using PlamoNative.Runtime.Sessions;
using Xunit;

namespace PlamoNative.Tests.Runtime.Scheduling;

public sealed class PassPlannerTests
{
    private const int Chunk = 100;

    [Fact]
    public void Passes_keep_every_sequence_on_its_side_of_the_matrix_kernels_border()
    {
        var random = new Philox(11, 0);
        for (var round = 0; round < 200; round++)
        {
            var waiting = Enumerable.Range(0, 40).Select(i => Prompt(1 + (int)(150 * Math.Pow(random.Uniform((ulong)((round * 40) + i)), 3)))).ToList();
            var all = waiting.ToHashSet();
            var pass = new List<Sequence>();
            while (waiting.Count > 0)
            {
                var isSmall = PassPlanner.Next(waiting, Chunk, pass);
                var lengths = pass.Select(static sequence => sequence.NextTokens(Chunk).Length).ToArray();
                Assert.NotEmpty(lengths);
                Assert.All(lengths, length => Assert.Equal(isSmall, length <= Gemm.RowsAlike));
                Assert.InRange(lengths.Sum(), 1, isSmall ? Gemm.RowsAlike : Chunk);
                Assert.InRange(pass.Count(static sequence => sequence.WantsLogits(sequence.NextTokens(Chunk).Length)), 0, Gemm.RowsAlike);
                Assert.All(pass, sequence => Assert.True(all.Remove(sequence)));
            }

            Assert.Empty(all);
        }
    }

    [Fact]
    public void Small_runs_share_passes()
    {
        var waiting = Enumerable.Repeat(0, 40).Select(static _ => Prompt(1)).ToList();
        var pass = new List<Sequence>();
        PassPlanner.Next(waiting, Chunk, pass);
        Assert.Equal(Gemm.RowsAlike, pass.Count);
    }

    private static Sequence Prompt(int length)
    {
        var tokens = new int[length];
        return new Sequence(tokens, new Answer(tokens, 0, new GenerationOptions(), new Plamo2Configuration { VocabSize = 8 }, 1 << 20, null));
    }
}
