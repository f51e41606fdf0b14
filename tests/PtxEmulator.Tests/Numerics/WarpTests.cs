using System.Text.Json;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

public sealed class WarpTests
{
    [Fact]
    public void Every_shuffle_of_the_oracle_comes_out()
    {
        Span<uint> d = stackalloc uint[32];
        var count = 0;
        uint[] values = [.. Enumerable.Range(0, 32).Select(lane => (uint)lane)];
        foreach (var trace in Oracle.Load("warp.json").GetProperty("shfl").EnumerateArray())
        {
            var name = trace.GetProperty("mode").GetString();
            var mode = name switch { "up" => ShuffleMode.Up, "down" => ShuffleMode.Down, "bfly" => ShuffleMode.Butterfly, _ => ShuffleMode.Index };
            uint[] c = [.. Enumerable.Repeat(trace.GetProperty("c").GetUInt32(), 32)];
            uint[] b = trace.TryGetProperty("bPerLane", out var lanes) ? lanes.UInt32s() : [.. Enumerable.Repeat(trace.GetProperty("b").GetUInt32(), 32)];
            Assert.Equal(0u, Shuffle.Execute(mode, uint.MaxValue, values, b, c, d, out var predicates));
            Assert.Equal(trace.GetProperty("source").UInt32s(), d.ToArray());
            Assert.Equal(trace.GetProperty("predicate").GetString(), string.Concat(Enumerable.Range(0, 32).Select(lane => (predicates >> lane) & 1)));
            count++;
        }

        Assert.Equal(207, count);
    }

    [Fact]
    public void Every_collective_of_the_oracle_comes_out()
    {
        var count = 0;
        foreach (var item in Oracle.Load("warp.json").GetProperty("collective").EnumerateArray())
        {
            var members = item.GetProperty("membermask").GetUInt32();
            switch (item.GetProperty("op").GetString())
            {
                case "vote":
                    Vote(item, members);
                    break;
                case "match.any.b32":
                    MatchAny(item, members);
                    break;
                case "match.all.b32":
                    Assert.Equal(item.GetProperty("d").GetUInt32(), WarpCollectives.MatchAll<uint>(members, item.GetProperty("a").UInt32s(), out var equal));
                    Assert.Equal(item.GetProperty("p").GetInt32() != 0, equal);
                    break;
                case "redux":
                    Redux(item, members);
                    break;
                case "elect":
                    Assert.Equal(item.GetProperty("leaderOnKnownHardware").GetInt32(), WarpCollectives.Elect(members));
                    break;
                default:
                    Assert.Fail($"an unknown operation: {item}");
                    break;
            }

            count++;
        }

        Assert.Equal(50, count);
    }

    [Fact]
    public void A_shuffle_up_by_one_keeps_lane_zero()
    {
        Span<uint> values = stackalloc uint[32];
        for (var lane = 0; lane < 32; lane++)
        {
            values[lane] = (uint)(100 + lane);
        }

        uint[] one = [.. Enumerable.Repeat(1u, 32)];
        var undefined = Shuffle.Execute(ShuffleMode.Up, 0xFFFFFFFD, values, one, new uint[32], values, out var predicates);
        Assert.Equal((100u, 101u, 101u, 102u), (values[0], values[1], values[2], values[3]));
        Assert.Equal(0xFFFFFFFCu, predicates);
        Assert.Equal(4u, undefined);
        Assert.Throws<PtxRuleException>(() => WarpCollectives.Elect(0));
    }

    private static void Vote(JsonElement item, uint members)
    {
        var predicates = item.GetProperty("predicates").GetUInt32();
        Assert.Equal(item.GetProperty("ballot").GetUInt32(), WarpCollectives.Ballot(members, predicates));
        Assert.Equal(item.GetProperty("all").GetInt32() != 0, WarpCollectives.All(members, predicates));
        Assert.Equal(item.GetProperty("any").GetInt32() != 0, WarpCollectives.Any(members, predicates));
        Assert.Equal(item.GetProperty("uni").GetInt32() != 0, WarpCollectives.Uniform(members, predicates));
    }

    private static void MatchAny(JsonElement item, uint members)
    {
        var d = new uint[32];
        WarpCollectives.MatchAny<uint>(members, item.GetProperty("a").UInt32s(), d);
        for (var lane = 0; lane < 32; lane++)
        {
            var expected = item.GetProperty("d")[lane];
            Assert.Equal(expected.ValueKind == JsonValueKind.Null ? 0 : expected.GetUInt32(), d[lane]);
        }
    }

    private static void Redux(JsonElement item, uint members)
    {
        var values = item.GetProperty("src").UInt32s();
        foreach (var (name, operation) in (ReadOnlySpan<(string, ReduxOperation)>)
        [
            ("add", ReduxOperation.Add), ("min.u32", ReduxOperation.MinU32), ("max.u32", ReduxOperation.MaxU32), ("min.s32", ReduxOperation.MinS32),
            ("max.s32", ReduxOperation.MaxS32), ("and", ReduxOperation.And), ("or", ReduxOperation.Or), ("xor", ReduxOperation.Xor),
        ])
        {
            Assert.Equal(item.GetProperty(name).GetUInt32(), WarpCollectives.Reduce(operation, members, values));
        }
    }
}
