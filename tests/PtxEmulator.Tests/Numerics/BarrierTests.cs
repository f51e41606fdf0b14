using System.Text.Json;
using PlamoNative.PtxEmulator.Numerics;
using Xunit;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

public sealed class BarrierTests
{
    [Fact]
    public void Every_trace_of_the_oracle_is_followed_step_by_step()
    {
        var count = 0;
        foreach (var trace in Oracle.Load("mbarrier.json").GetProperty("mbarrier").EnumerateArray())
        {
            var state = 0UL;
            var tokens = new Dictionary<int, ulong>();
            foreach (var step in trace.GetProperty("steps").EnumerateArray())
            {
                var returned = Run(ref state, tokens, step);
                var expected = step.GetProperty("returns");
                Assert.Equal(expected.ValueKind == JsonValueKind.Null ? null : expected.GetInt32(), returned);
                int Value(string name) => step.GetProperty(name).GetInt32();
                Assert.Equal(
                    (Value("phase"), Value("pending"), Value("expected"), Value("tx")),
                    (MBarrier.Phase(state), MBarrier.Pending(state), MBarrier.Expected(state), MBarrier.TransactionBytes(state)));
            }

            count++;
        }

        Assert.Equal(13, count);
    }

    [Fact]
    public void Counts_keep_their_range()
    {
        Assert.Throws<PtxRuleException>(() => MBarrier.Initialize(0));
        Assert.Throws<PtxRuleException>(() => MBarrier.Initialize(1 << 20));
        var state = MBarrier.Initialize(MBarrier.Limit);
        Assert.Equal((MBarrier.Limit, 0, 0), (MBarrier.Pending(state), MBarrier.TransactionBytes(state), MBarrier.Phase(state)));
        MBarrier.CompleteTransaction(ref state, MBarrier.Limit);
        Assert.Equal(-MBarrier.Limit, MBarrier.TransactionBytes(state));
        Assert.Throws<PtxRuleException>(() => MBarrier.CompleteTransaction(ref state, 1));
        var two = MBarrier.Initialize(2);
        var error = Assert.Throws<PtxRuleException>(() => MBarrier.Arrive(ref two, 3));
        Assert.Equal("mbarrier.arrive of 3 where 2 arrivals are pending in phase 0", error.Message);
        for (var i = 0; i < 9; i++)
        {
            Assert.False(MBarrier.IsTokenOver(two, MBarrier.Arrive(ref two)));
            Assert.True(MBarrier.IsTokenOver(two, MBarrier.Arrive(ref two)) || MBarrier.Phase(two) == (i + 1) % 8);
        }
    }

    [Fact]
    public void Copies_of_the_oracle_fill_with_zeros()
    {
        var count = 0;
        foreach (var item in Oracle.Load("cp_async.json").GetProperty("zeroFill").EnumerateArray())
        {
            var destination = new byte[16];
            destination.AsSpan().Fill(0xEE);
            var source = Convert.FromHexString(item.GetProperty("source").GetString()!);
            AsyncCopy.Write(source, item.GetProperty("cpSize").GetInt32(), item.GetProperty("srcSize").GetInt32(), destination);
            Assert.Equal(item.GetProperty("destination16After").GetString(), Convert.ToHexStringLower(destination));
            count++;
        }

        Assert.Equal(18, count);
        Assert.Throws<PtxRuleException>(() => AsyncCopy.Write(new byte[16], 8, 9, new byte[16]));
        Assert.Throws<PtxRuleException>(() => AsyncCopy.Write(new byte[16], 5, 1, new byte[16]));
    }

    [Fact]
    public void Groups_of_the_oracle_land_when_waited_for_and_not_before()
    {
        var count = 0;
        foreach (var trace in Oracle.Load("cp_async.json").GetProperty("groups").EnumerateArray())
        {
            var groups = new AsyncCopyGroups<string>();
            var visible = new List<string>();
            foreach (var step in trace.EnumerateArray())
            {
                var op = step.GetProperty("op");
                switch (op[0].GetString())
                {
                    case "copy":
                        groups.Add(op[1].GetString()!);
                        break;
                    case "commit":
                        groups.Commit();
                        break;
                    case "wait":
                        Land(groups, op[1].GetInt32(), visible);
                        break;
                    default:
                        groups.Commit();
                        Land(groups, 0, visible);
                        break;
                }

                Assert.Equal(step.GetProperty("guaranteedVisible").EnumerateArray().Select(item => item.GetString()!), visible);
            }

            count++;
        }

        Assert.Equal(3, count);
    }

    [Fact]
    public void What_is_under_way_at_the_end_can_be_taken()
    {
        var groups = new AsyncCopyGroups<int>();
        groups.Add(1);
        Assert.False(groups.TryLand(0, out _));
        Assert.True(groups.TryLandAny(out var copy));
        Assert.Equal((1, 0), (copy, groups.Count));
        Assert.False(groups.TryLandAny(out _));
    }

    private static void Land(AsyncCopyGroups<string> groups, int newest, List<string> visible)
    {
        while (groups.TryLand(newest, out var copy))
        {
            visible.Add(copy);
        }
    }

    private static int? Run(ref ulong state, Dictionary<int, ulong> tokens, JsonElement step)
    {
        var args = step.GetProperty("args");
        var argument = args.GetArrayLength() > 0 ? args[0].GetInt32() : 1;
        switch (step.GetProperty("op").GetString())
        {
            case "init":
                state = MBarrier.Initialize((uint)argument);
                return null;
            case "arrive":
                return Keep(tokens, MBarrier.Arrive(ref state, argument));
            case "arrive_expect_tx":
                return Keep(tokens, MBarrier.ArriveExpect(ref state, argument));
            case "arrive_drop":
                return Keep(tokens, MBarrier.ArriveDrop(ref state, argument));
            case "expect_tx":
                MBarrier.ExpectTransaction(ref state, argument);
                return null;
            case "complete_tx":
                MBarrier.CompleteTransaction(ref state, argument);
                return null;
            case "cp_async_arrive_issue":
                MBarrier.AddPending(ref state);
                return null;
            case "cp_async_arrive_complete":
                MBarrier.Arrive(ref state);
                return null;
            case "wait_parity":
                return MBarrier.IsParityOver(state, argument) ? 1 : 0;
            default:
                // The trace names a phase; a token of it is any word made in it, here of the current phase where none was kept.
                return MBarrier.IsTokenOver(state, tokens.TryGetValue(argument, out var token) ? token : state) ? 1 : 0;
        }
    }

    private static int Keep(Dictionary<int, ulong> tokens, ulong token)
    {
        tokens[MBarrier.Phase(token)] = token;
        return MBarrier.Phase(token);
    }
}
