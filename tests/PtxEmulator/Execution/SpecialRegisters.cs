using System.Diagnostics;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

internal enum SpecialRegister
{
    TidX, TidY, TidZ,
    NtidX, NtidY, NtidZ,
    CtaidX, CtaidY, CtaidZ,
    NctaidX, NctaidY, NctaidZ,
    ClusteridX, ClusteridY, ClusteridZ,
    NclusteridX, NclusteridY, NclusteridZ,
    ClusterCtaidX, ClusterCtaidY, ClusterCtaidZ,
    ClusterNctaidX, ClusterNctaidY, ClusterNctaidZ,
    ClusterCtarank, ClusterNctarank,
    LaneId, WarpId, NwarpId, SmId, NsmId, GridId,
    LanemaskEq, LanemaskLe, LanemaskLt, LanemaskGe, LanemaskGt,
    Clock, ClockHi, Clock64, GlobalTimer, GlobalTimerLo, GlobalTimerHi,
    DynamicSmemSize, TotalSmemSize, AggrSmemSize, ReservedSmem,
    Zero,
}

/// <summary>Names of special registers.</summary>
internal static class SpecialRegisters
{
    private static readonly Dictionary<string, SpecialRegister> ByName = Table();

    internal static bool TryParse(string name, out SpecialRegister register, out PtxType type)
    {
        type = name is "%clock64" or "%globaltimer" or "%gridid" ? PtxType.U64 : PtxType.U32;
        return ByName.TryGetValue(name, out register);
    }

    private static Dictionary<string, SpecialRegister> Table()
    {
        var table = new Dictionary<string, SpecialRegister>(StringComparer.Ordinal)
        {
            ["%laneid"] = SpecialRegister.LaneId, ["%warpid"] = SpecialRegister.WarpId, ["%nwarpid"] = SpecialRegister.NwarpId,
            ["%smid"] = SpecialRegister.SmId, ["%nsmid"] = SpecialRegister.NsmId, ["%gridid"] = SpecialRegister.GridId,
            ["%lanemask_eq"] = SpecialRegister.LanemaskEq, ["%lanemask_le"] = SpecialRegister.LanemaskLe, ["%lanemask_lt"] = SpecialRegister.LanemaskLt,
            ["%lanemask_ge"] = SpecialRegister.LanemaskGe, ["%lanemask_gt"] = SpecialRegister.LanemaskGt,
            ["%clock"] = SpecialRegister.Clock, ["%clock_hi"] = SpecialRegister.ClockHi, ["%clock64"] = SpecialRegister.Clock64,
            ["%globaltimer"] = SpecialRegister.GlobalTimer, ["%globaltimer_lo"] = SpecialRegister.GlobalTimerLo, ["%globaltimer_hi"] = SpecialRegister.GlobalTimerHi,
            ["%dynamic_smem_size"] = SpecialRegister.DynamicSmemSize, ["%total_smem_size"] = SpecialRegister.TotalSmemSize, ["%aggr_smem_size"] = SpecialRegister.AggrSmemSize,
            ["%reserved_smem_offset_begin"] = SpecialRegister.Zero, ["%reserved_smem_offset_end"] = SpecialRegister.ReservedSmem, ["%reserved_smem_offset_cap"] = SpecialRegister.ReservedSmem,
            ["%cluster_ctarank"] = SpecialRegister.ClusterCtarank, ["%cluster_nctarank"] = SpecialRegister.ClusterNctarank,
        };
        foreach (var (name, first) in new[]
                 {
                     ("%tid", SpecialRegister.TidX), ("%ntid", SpecialRegister.NtidX), ("%ctaid", SpecialRegister.CtaidX), ("%nctaid", SpecialRegister.NctaidX),
                     ("%clusterid", SpecialRegister.ClusteridX), ("%nclusterid", SpecialRegister.NclusteridX), ("%cluster_ctaid", SpecialRegister.ClusterCtaidX),
                     ("%cluster_nctaid", SpecialRegister.ClusterNctaidX),
                 })
        {
            for (var i = 0; i < 3; i++)
            {
                table.Add($"{name}.{"xyz"[i]}", first + i);
            }

            table.Add($"{name}.w", SpecialRegister.Zero);
        }

        return table;
    }
}

/// <summary>Reads a special register into a row.</summary>
internal sealed unsafe class ReadSpecial(SpecialRegister register, int destination) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (uint*)(warp.Registers + destination);
        switch (register)
        {
            case SpecialRegister.TidX or SpecialRegister.TidY or SpecialRegister.TidZ:
                for (var lane = 0; lane < Warp.Lanes; lane++)
                {
                    var (x, y, z) = warp.Thread(lane);
                    d[lane] = (uint)(register == SpecialRegister.TidX ? x : register == SpecialRegister.TidY ? y : z);
                }

                break;
            case >= SpecialRegister.LanemaskEq and <= SpecialRegister.LanemaskGt or SpecialRegister.LaneId:
                for (var lane = 0; lane < Warp.Lanes; lane++)
                {
                    d[lane] = register switch
                    {
                        SpecialRegister.LaneId => (uint)lane,
                        SpecialRegister.LanemaskEq => 1u << lane,
                        SpecialRegister.LanemaskLe => uint.MaxValue >> (31 - lane),
                        SpecialRegister.LanemaskLt => (1u << lane) - 1,
                        SpecialRegister.LanemaskGe => uint.MaxValue << lane,
                        _ => ~(uint.MaxValue >> (31 - lane)),
                    };
                }

                break;
            case SpecialRegister.Clock64 or SpecialRegister.GlobalTimer or SpecialRegister.GridId:
                new Span<ulong>(d, Warp.Lanes).Fill(Wide(warp));
                break;
            default:
                new Span<uint>(d, Warp.Lanes).Fill(Uniform(warp));
                break;
        }
    }

    /// <summary>The clock counts instructions of the warp; the timer is real, so that a kernel that waits for time ends.</summary>
    private ulong Wide(Warp warp) => register switch
    {
        SpecialRegister.GridId => 1,
        SpecialRegister.GlobalTimer or SpecialRegister.GlobalTimerLo or SpecialRegister.GlobalTimerHi =>
            (ulong)(Stopwatch.GetElapsedTime(0, Stopwatch.GetTimestamp()).Ticks * 100),
        _ => (ulong)Stopwatch.GetTimestamp(),
    };

    private uint Uniform(Warp warp)
    {
        var (launch, block) = (warp.Launch, warp.Block);
        var (grid, size, cluster) = (launch.GridSize, launch.BlockSize, launch.ClusterSize);
        return (uint)(register switch
        {
            SpecialRegister.NtidX => size.X,
            SpecialRegister.NtidY => size.Y,
            SpecialRegister.NtidZ => size.Z,
            SpecialRegister.CtaidX => block.Index.X,
            SpecialRegister.CtaidY => block.Index.Y,
            SpecialRegister.CtaidZ => block.Index.Z,
            SpecialRegister.NctaidX => grid.X,
            SpecialRegister.NctaidY => grid.Y,
            SpecialRegister.NctaidZ => grid.Z,
            SpecialRegister.ClusteridX => block.Index.X / cluster.X,
            SpecialRegister.ClusteridY => block.Index.Y / cluster.Y,
            SpecialRegister.ClusteridZ => block.Index.Z / cluster.Z,
            SpecialRegister.NclusteridX => grid.X / cluster.X,
            SpecialRegister.NclusteridY => grid.Y / cluster.Y,
            SpecialRegister.NclusteridZ => grid.Z / cluster.Z,
            SpecialRegister.ClusterCtaidX => block.Index.X % cluster.X,
            SpecialRegister.ClusterCtaidY => block.Index.Y % cluster.Y,
            SpecialRegister.ClusterCtaidZ => block.Index.Z % cluster.Z,
            SpecialRegister.ClusterNctaidX => cluster.X,
            SpecialRegister.ClusterNctaidY => cluster.Y,
            SpecialRegister.ClusterNctaidZ => cluster.Z,
            SpecialRegister.ClusterCtarank => block.ClusterRank,
            SpecialRegister.ClusterNctarank => (int)cluster.Count,
            SpecialRegister.WarpId => warp.Index,
            SpecialRegister.NwarpId => block.Warps.Length,
            SpecialRegister.SmId => (int)(block.LinearIndex % 108),
            SpecialRegister.NsmId => 108,
            SpecialRegister.DynamicSmemSize => launch.DynamicSharedBytes,
            SpecialRegister.TotalSmemSize or SpecialRegister.AggrSmemSize => launch.Kernel.StaticSharedBytes + launch.DynamicSharedBytes,
            SpecialRegister.ReservedSmem => (int)AddressMap.SharedBase,
            SpecialRegister.Clock or SpecialRegister.GlobalTimerLo => (int)(uint)Wide(warp),
            SpecialRegister.ClockHi or SpecialRegister.GlobalTimerHi => (int)(uint)(Wide(warp) >> 32),
            _ => 0,
        });
    }
}
