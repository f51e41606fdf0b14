using PlamoNative.Training.Data;
using Xunit;

namespace PlamoNative.Training.Tests.Data;

public sealed class PieceOrderTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(1, 70), 1, 1, 500, 8, 9, 16, 17, 1, 1000, 7];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(600)]
    public void An_epoch_covers_every_input_exactly_once(int sequenceLength)
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        var order = new PieceOrder(dataset, sequenceLength, seed: 5);
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var seen = Lengths.Select(length => new int[length]).ToArray();
            foreach (var piece in Pieces(order, epoch))
            {
                Assert.InRange(piece.Length, 1, sequenceLength);
                for (var i = 0; i < piece.Length; i++)
                {
                    seen[piece.Document][piece.Start + i]++;
                }
            }

            Assert.All(seen.SelectMany(static counts => counts), static count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Documents_that_fit_stay_whole_and_longer_ones_are_full_but_at_their_ends()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(8, 100, 3);
        var pieces = Pieces(new PieceOrder(dataset, 8, 1), epoch: 0).ToLookup(piece => piece.Document);
        Assert.Equal([new Piece(0, 0, 8)], pieces[0]);
        Assert.Equal([new Piece(2, 0, 3)], pieces[2]);
        var inner = pieces[1].OrderBy(piece => piece.Start).ToArray();
        Assert.All(inner[1..^1], piece => Assert.Equal(8, piece.Length));
    }

    [Fact]
    public void Cuts_fall_elsewhere_in_every_epoch_and_evenly()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(100);
        var order = new PieceOrder(dataset, 8, 1);
        var firsts = Enumerable.Range(0, 400).Select(epoch => Pieces(order, epoch).Single(piece => piece.Start == 0).Length).GroupBy(static length => length).ToArray();
        Assert.Equal(8, firsts.Length);
        Assert.All(firsts, static group => Assert.InRange(group.Count(), 25, 75));
    }

    [Fact]
    public void Seed_and_epoch_determine_the_order()
    {
        using var files = new DataFiles();
        using var dataset = files.Dataset(Lengths);
        var one = new PieceOrder(dataset, 8, 1);
        var other = new PieceOrder(dataset, 8, 2);
        Assert.NotEqual(Pieces(one, 0), Pieces(one, 1));
        Assert.NotEqual(Pieces(one, 0), Pieces(other, 0));
        Assert.Equal(Pieces(one, 1), Pieces(new PieceOrder(dataset, 8, 1), 1));
    }

    private static List<Piece> Pieces(PieceOrder order, long epoch)
    {
        var pieces = new List<Piece>();
        for (long index = 0; index < order.SlotCount; index++)
        {
            if (order.TryGet(epoch, index, out var piece))
            {
                pieces.Add(piece);
            }
        }

        return pieces;
    }
}
