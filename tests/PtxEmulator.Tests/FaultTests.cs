using Xunit;

namespace PlamoNative.PtxEmulator.Tests;

/// <summary>One planted bug of each kind: found, and its place named.</summary>
public class FaultTests
{
    [Fact]
    public void A_step_past_the_end_of_an_allocation_is_found()
    {
        var finding = Only(FindingKind.OutOfBounds, "mul.wide.u32 %rd4, %r1, 4;\nadd.u64 %rd5, %rd2, %rd4;\nld.global.u32 %r4, [%rd5+4];", line: 15, threads: 64, input: new uint[64]);
        Assert.Equal((63, 0, 0), (finding.ThreadX, finding.ThreadY, finding.ThreadZ));
        Assert.Contains("0 bytes past the end of the 256 bytes", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_past_the_end_of_a_shared_variable_is_found()
    {
        var finding = Only(FindingKind.OutOfBounds, ".shared .b32 tile[31]; .shared .b32 other[32];\nmov.u32 %r4, tile;\nshl.b32 %r5, %r1, 2;\nadd.u32 %r4, %r4, %r5;\nst.shared.u32 [%r4], %r1;", line: 17);
        Assert.Equal(31, finding.ThreadX);
        Assert.Contains("past the end of the 124 bytes of tile", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_a_wrong_alignment_is_found()
    {
        var finding = Only(FindingKind.Misaligned, "add.u64 %rd5, %rd2, %rd3;\nld.global.v2.u32 {%r4, %r5}, [%rd5];", line: 14);
        Assert.Equal(1, finding.ThreadX);
    }

    [Fact]
    public void A_read_of_shared_memory_that_nobody_wrote_is_found()
    {
        var finding = Only(FindingKind.UninitializedShared, ".shared .b32 tile[32];\nmov.u32 %r4, tile;\nld.shared.u32 %r5, [%r4+4];", line: 15);
        Assert.Contains("byte 4 of the 128 bytes of tile", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_register_that_only_some_lanes_wrote_is_found()
    {
        var finding = Only(FindingKind.UninitializedRegister, "setp.lt.u32 %p1, %r1, 20;\n@%p1 mov.u32 %r4, 7;\nadd.u32 %r5, %r4, 1;", line: 15);
        Assert.Equal(20, finding.ThreadX);
        Assert.Contains("%r4", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_barrier_is_a_race()
    {
        const string Body = """
            .shared .b32 tile[64];
            mov.u32 %r4, tile;
            shl.b32 %r5, %r1, 2;
            add.u32 %r6, %r4, %r5;
            st.shared.u32 [%r6], %r1;
            BARRIER
            xor.b32 %r7, %r5, 128;
            add.u32 %r6, %r4, %r7;
            ld.shared.u32 %r8, [%r6];
            """;
        // Half of the reads come before the writes: those find nothing written.
        var (_, result) = TestKernels.Run(TestKernels.Kernel(Body.Replace("BARRIER", "", StringComparison.Ordinal)), 64);
        Assert.Equal([FindingKind.UninitializedShared, FindingKind.SharedRace], result.Findings.Select(found => found.Kind).Order());
        var finding = result.Findings.Single(found => found.Kind == FindingKind.SharedRace);
        Assert.Equal(21, finding.Line);
        Assert.Contains("PTX line 17", finding.Message, StringComparison.Ordinal);
        Assert.Contains("no barrier between", finding.Message, StringComparison.Ordinal);
        Assert.Empty(TestKernels.Run(TestKernels.Kernel(Body.Replace("BARRIER", "bar.sync 0;", StringComparison.Ordinal)), 64).Result.Findings);
        Assert.Empty(TestKernels.Run(TestKernels.Kernel(Body.Replace("BARRIER", "barrier.cta.sync 3, 64;", StringComparison.Ordinal)), 64).Result.Findings);
    }

    [Fact]
    public void A_tile_overwritten_before_all_have_read_it_is_a_race()
    {
        var (_, result) = TestKernels.Run(TestKernels.Kernel("""
            .shared .b32 tile[64];
            mov.u32 %r4, tile;
            shl.b32 %r5, %r1, 2;
            add.u32 %r6, %r4, %r5;
            st.shared.u32 [%r6], %r1;
            bar.sync 0;
            xor.b32 %r7, %r5, 128;
            add.u32 %r9, %r4, %r7;
            ld.shared.u32 %r8, [%r9];
            st.shared.u32 [%r6], %r8;
            """), 64);
        Assert.NotEmpty(result.Findings);
        Assert.All(result.Findings, found => Assert.Equal(FindingKind.SharedRace, found.Kind));
        Assert.Contains(result.Findings, found => found.Line == 22 && found.Message.Contains("read, with no barrier between", StringComparison.Ordinal));
    }

    [Fact]
    public void Lanes_of_a_warp_need_a_warp_barrier_between_them()
    {
        const string Body = """
            .shared .b32 tile[32];
            mov.u32 %r4, tile;
            shl.b32 %r5, %r1, 2;
            add.u32 %r6, %r4, %r5;
            st.shared.u32 [%r6], %r1;
            BARRIER
            xor.b32 %r7, %r5, 4;
            add.u32 %r9, %r4, %r7;
            ld.shared.u32 %r8, [%r9];
            """;
        Only(FindingKind.SharedRace, Body.Replace("BARRIER", "", StringComparison.Ordinal), line: 21);
        Assert.Empty(TestKernels.Run(TestKernels.Kernel(Body.Replace("BARRIER", "bar.warp.sync 0xffffffff;", StringComparison.Ordinal))).Result.Findings);
    }

    [Fact]
    public void Two_lanes_that_store_different_values_to_one_place_race()
    {
        Only(FindingKind.SharedRace, ".shared .b32 tile[32];\nmov.u32 %r4, tile;\nst.shared.u32 [%r4], %r1;", line: 15);
        Assert.Empty(TestKernels.Run(TestKernels.Kernel(".shared .b32 tile[32];\nmov.u32 %r4, tile;\nst.shared.u32 [%r4], 5;")).Result.Findings);
    }

    [Fact]
    public void A_barrier_in_a_branch_that_part_of_a_warp_takes_is_divergent()
    {
        var finding = Only(FindingKind.DivergentBarrier, "setp.lt.u32 %p1, %r1, 16;\n@!%p1 bra SKIP;\nbar.sync 0;\nSKIP:", line: 15, threads: 64);
        Assert.Contains("lanes 0x0000ffff of warp 0", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_barrier_that_waits_for_more_threads_than_there_are_is_found()
    {
        Only(FindingKind.DivergentBarrier, "barrier.sync 1, 96;", line: 13, threads: 64);
    }

    [Fact]
    public void A_matrix_instruction_of_part_of_a_warp_is_found()
    {
        var finding = Only(FindingKind.DivergentWarp, """
            mov.f32 %f1, 0f00000000;
            mov.u32 %r4, 0;
            setp.lt.u32 %p1, %r1, 24;
            @!%p1 bra SKIP;
            mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 {%f1, %f2, %f3, %f4}, {%r4, %r4}, {%r4}, {%f1, %f1, %f1, %f1};
            SKIP:
            """, line: 17);
        Assert.Contains("lanes 0x00ffffff of warp 0", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shuffle_whose_mask_names_lanes_that_never_come_is_found()
    {
        Only(FindingKind.DivergentWarp, "setp.lt.u32 %p1, %r1, 8;\n@!%p1 bra SKIP;\nshfl.sync.bfly.b32 %r4, %r1, 1, 31, -1;\nSKIP:", line: 15);
    }

    [Fact]
    public void A_copy_that_nobody_waited_for_is_found()
    {
        const string Body = """
            .shared .align 16 .b8 tile[512];
            mov.u32 %r4, tile;
            shl.b32 %r5, %r1, 4;
            add.u32 %r4, %r4, %r5;
            mul.wide.u32 %rd4, %r1, 16;
            add.u64 %rd4, %rd2, %rd4;
            cp.async.cg.shared.global [%r4], [%rd4], 16;
            cp.async.commit_group;
            WAIT
            ld.shared.u32 %r6, [%r4];
            """;
        var finding = Only(FindingKind.UnwaitedAsync, Body.Replace("WAIT", "cp.async.wait_group 1;", StringComparison.Ordinal), line: 22);
        Assert.Contains("PTX line 19", finding.Message, StringComparison.Ordinal);
        Assert.Empty(TestKernels.Run(TestKernels.Kernel(Body.Replace("WAIT", "cp.async.wait_group 0;", StringComparison.Ordinal))).Result.Findings);
    }

    [Fact]
    public void A_bulk_copy_read_before_its_barrier_completed_is_found()
    {
        const string Body = """
            .shared .align 128 .b8 tile[128]; .shared .align 8 .b64 bar;
            mov.u32 %r4, tile;
            mov.u32 %r5, bar;
            setp.eq.u32 %p1, %r1, 0;
            @%p1 mbarrier.init.shared::cta.b64 [%r5], 1;
            bar.sync 0;
            @%p1 mbarrier.arrive.expect_tx.shared::cta.b64 _, [%r5], 128;
            @%p1 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%r4], [%rd2], 128, [%r5];
            WAIT
            shl.b32 %r6, %r1, 2;
            add.u32 %r6, %r6, %r4;
            ld.shared.u32 %r7, [%r6];
            """;
        Only(FindingKind.UnwaitedAsync, Body.Replace("WAIT", "", StringComparison.Ordinal), line: 24);
        const string Wait = "SPIN: mbarrier.try_wait.parity.shared::cta.b64 %p2, [%r5], 0; @!%p2 bra SPIN;";
        Assert.Empty(TestKernels.Run(TestKernels.Kernel(Body.Replace("WAIT", Wait, StringComparison.Ordinal))).Result.Findings);
    }

    [Fact]
    public void An_accumulator_read_before_its_product_was_waited_for_is_found()
    {
        var finding = Assert.Single(TestKernels.Run(Product("fence.proxy.async;", ""), 128).Result.Findings);
        Assert.Equal((FindingKind.UnwaitedAsync, "k"), (finding.Kind, finding.Kernel));
        Assert.Contains("register %f0 is touched while a wgmma that uses it", finding.Message, StringComparison.Ordinal);
        Assert.Empty(TestKernels.Run(Product("fence.proxy.async;", "wgmma.wait_group.sync.aligned 0;"), 128).Result.Findings);
    }

    [Fact]
    public void An_operand_stored_without_a_proxy_fence_is_found()
    {
        var finding = Assert.Single(TestKernels.Run(Product("", "wgmma.wait_group.sync.aligned 0;"), 128).Result.Findings);
        Assert.Equal(FindingKind.UnwaitedAsync, finding.Kind);
        Assert.Contains("with no fence.proxy.async since", finding.Message, StringComparison.Ordinal);
    }

    private static string Product(string fence, string wait) => TestKernels.Kernel($$"""
        .shared .align 1024 .b8 tile[4096];
        mov.u32 %r4, tile; shl.b32 %r5, %r1, 5; add.u32 %r6, %r4, %r5; mov.u32 %r7, 0;
        st.shared.v4.b32 [%r6], {%r7, %r7, %r7, %r7};
        st.shared.v4.b32 [%r6+16], {%r7, %r7, %r7, %r7};
        {{fence}}
        bar.sync 0;
        shr.u32 %r8, %r4, 4; cvt.u64.u32 %rd10, %r8; or.b64 %rd10, %rd10, 0x0000000800400000;
        setp.ne.u32 %p1, %r1, %r1;
        wgmma.fence.sync.aligned;
        wgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 {%f0, %f1, %f2, %f3}, %rd10, %rd10, %p1, 1, 1, 0, 0;
        wgmma.commit_group.sync.aligned;
        {{wait}}
        add.u64 %rd5, %rd1, %rd3;
        st.global.f32 [%rd5], %f0;
        """);

    [Fact]
    public void A_trap_is_found_and_ends_the_launch() => Only(FindingKind.Trap, "trap;", line: 13);

    [Fact]
    public void A_wait_without_end_is_a_deadlock()
    {
        const string Body = """
            .shared .align 8 .b64 bar;
            mov.u32 %r5, bar;
            mbarrier.init.shared::cta.b64 [%r5], 1;
            SPIN:
            mbarrier.try_wait.parity.shared::cta.b64 %p2, [%r5], 0;
            @!%p2 bra SPIN;
            """;
        var (_, result) = TestKernels.Run(TestKernels.Kernel(Body), 1, options: new() { MaximumWarpInstructions = 10_000, Workers = 1 });
        Assert.Equal(FindingKind.Deadlock, Assert.Single(result.Findings).Kind);
    }

    [Fact]
    public void Bank_conflicts_and_scattered_accesses_are_counted()
    {
        var (_, result) = TestKernels.Run(TestKernels.Kernel("""
            .shared .align 4 .b8 tile[4096];
            mov.u32 %r4, tile;
            shl.b32 %r5, %r1, 7;
            add.u32 %r6, %r4, %r5;
            st.shared.u32 [%r6], %r1;
            mul.wide.u32 %rd4, %r1, 32;
            add.u64 %rd5, %rd2, %rd4;
            ld.global.u32 %r7, [%rd5];
            """), input: new uint[1024]);
        Assert.Empty(result.Findings);
        Assert.Equal(31, result.Counts.BankConflicts);
        Assert.Equal(1, result.Counts.UncoalescedAccesses);
        Assert.Equal(32, result.Counts.GlobalSectors);
    }

    /// <summary>Runs a body with a fault: nothing but that kind is found, at this line.</summary>
    private static Finding Only(FindingKind kind, string body, int line, int threads = 32, uint[]? input = null)
    {
        var (_, result) = TestKernels.Run(TestKernels.Kernel(body), threads, input);
        var finding = Assert.Single(result.Findings);
        Assert.True(kind == finding.Kind, finding.ToString());
        Assert.Equal("k", finding.Kernel);
        Assert.True(line == finding.Line, $"expected line {line}, found {finding}");
        return finding;
    }
}
