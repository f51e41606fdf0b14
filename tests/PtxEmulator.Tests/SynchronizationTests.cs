using Xunit;

namespace PlamoNative.PtxEmulator.Tests;

/// <summary>Threads that wait for each other: locks, barriers with counts, clusters, mbarriers.</summary>
public class SynchronizationTests
{
    [Fact]
    public void Lanes_of_one_warp_take_a_spin_lock_in_turn()
    {
        // The lane that has the lock leaves the loop, where lanes meet; the others still spin.
        var ptx = TestKernels.Kernel("""
            SPIN:
            atom.global.cas.b32 %r4, [%rd1], 0, 1;
            setp.ne.u32 %p1, %r4, 0;
            @%p1 bra SPIN;
            ld.volatile.global.u32 %r5, [%rd1+4];
            add.u32 %r5, %r5, %r1;
            st.volatile.global.u32 [%rd1+4], %r5;
            membar.gl;
            atom.global.exch.b32 %r6, [%rd1], 0;
            """);
        var (output, result) = TestKernels.Run(ptx);
        Assert.Empty(result.Findings);
        Assert.Equal(31u * 32 / 2, output[1]);
    }

    [Fact]
    public void Two_warps_meet_at_a_barrier_of_their_own_while_two_others_compute()
    {
        var ptx = TestKernels.Kernel("""
            .shared .b32 tile[64];
            setp.ge.u32 %p1, %r1, 64;
            @%p1 bra OTHERS;
            shl.b32 %r4, %r1, 2;
            mov.u32 %r5, tile;
            add.u32 %r6, %r4, %r5;
            st.shared.u32 [%r6], %r1;
            bar.sync 1, 64;
            xor.b32 %r4, %r4, 252;
            add.u32 %r6, %r4, %r5;
            ld.shared.u32 %r7, [%r6];
            add.u64 %rd5, %rd1, %rd3;
            st.global.u32 [%rd5], %r7;
            OTHERS:
            """);
        var (output, result) = TestKernels.Run(ptx, 128);
        Assert.Empty(result.Findings);
        Assert.All(Enumerable.Range(0, 64), i => Assert.Equal(63u - (uint)i, output[i]));
    }

    [Fact]
    public void Arriving_warps_do_not_wait_for_the_one_that_does()
    {
        var ptx = TestKernels.Kernel("""
            .shared .b32 flag;
            setp.ge.u32 %p1, %r1, 32;
            @%p1 bra CONSUMER;
            setp.eq.u32 %p2, %r1, 0;
            @%p2 st.shared.u32 [flag], 77;
            bar.arrive 2, 64;
            bra.uni END;
            CONSUMER:
            bar.sync 2, 64;
            ld.shared.u32 %r4, [flag];
            add.u64 %rd5, %rd1, %rd3;
            st.global.u32 [%rd5], %r4;
            END:
            """);
        var (output, result) = TestKernels.Run(ptx, 64);
        Assert.Empty(result.Findings);
        Assert.Equal(77u, output[40]);
    }

    [Fact]
    public void A_barrier_counts_votes()
    {
        var ptx = TestKernels.Kernel("""
            setp.lt.u32 %p1, %r1, 45;
            bar.red.popc.u32 %r4, 0, %p1;
            bar.red.and.pred %p2, 0, %p1;
            barrier.cta.red.or.pred %p3, 0, %p1;
            selp.u32 %r5, 100, 0, %p2;
            selp.u32 %r6, 1000, 0, %p3;
            add.u32 %r4, %r4, %r5;
            add.u32 %r4, %r4, %r6;
            add.u64 %rd5, %rd1, %rd3;
            st.global.u32 [%rd5], %r4;
            """);
        var (output, result) = TestKernels.Run(ptx, 96);
        Assert.Empty(result.Findings);
        Assert.All(Enumerable.Range(0, 96), i => Assert.Equal(1045u, output[i]));
    }

    [Fact]
    public void Blocks_of_a_cluster_read_each_other_s_shared_memory()
    {
        var ptx = TestKernels.Kernel("""
            .shared .b32 mine;
            mov.u32 %r3, %cluster_ctarank;
            mov.u32 %r4, mine;
            add.u32 %r5, %r2, 500;
            st.shared.u32 [%r4], %r5;
            barrier.cluster.arrive.release.aligned;
            barrier.cluster.wait.acquire.aligned;
            xor.b32 %r6, %r3, 3;
            mapa.shared::cluster.u32 %r7, %r4, %r6;
            ld.shared::cluster.u32 %r8, [%r7];
            mul.wide.u32 %rd4, %r2, 4;
            add.u64 %rd5, %rd1, %rd4;
            st.global.u32 [%rd5], %r8;
            barrier.cluster.arrive.aligned;
            barrier.cluster.wait.aligned;
            """, directives: ".reqnctapercluster 4, 1, 1");
        var (output, result) = TestKernels.Run(ptx, 1, blocks: 8);
        Assert.Empty(result.Findings);
        Assert.Equal([503u, 502, 501, 500, 507, 506, 505, 504], output[..8]);
    }

    [Fact]
    public void Lanes_that_parted_by_early_ends_still_shuffle_together()
    {
        // Lanes 0-7 end; of the others, some go another way first, and all meet at the shuffle.
        var ptx = TestKernels.Kernel("""
            setp.lt.u32 %p1, %r1, 8;
            @%p1 ret;
            setp.gt.u32 %p2, %r1, 20;
            @%p2 bra HIGH;
            add.u32 %r3, %r1, 100;
            bra JOIN;
            HIGH:
            setp.eq.u32 %p3, %r1, 31;
            @%p3 exit;
            add.u32 %r3, %r1, 200;
            JOIN:
            shfl.sync.down.b32 %r4, %r3, 1, 31, 0x7fffff00;
            add.u64 %rd5, %rd1, %rd3;
            st.global.u32 [%rd5], %r4;
            """);
        var (output, result) = TestKernels.Run(ptx);
        var outside = Assert.Single(result.Findings);
        Assert.Equal((FindingKind.DivergentWarp, 30), (outside.Kind, outside.ThreadX));
        Assert.Equal(221u, output[20]);
        Assert.Equal(109u, output[8]);
    }

    [Fact]
    public void A_pipeline_over_two_mbarriers_keeps_its_order()
    {
        // One producer fills a slot, 32 consumers sum it up; full and empty barriers in turn, four rounds.
        var ptx = TestKernels.Kernel("""
            .shared .align 8 .b64 full; .shared .align 8 .b64 empty; .shared .b32 slot;
            mov.u32 %r4, full; mov.u32 %r5, empty;
            setp.eq.u32 %p1, %r1, 0;
            @%p1 mbarrier.init.shared::cta.b64 [%r4], 1;
            @%p1 mbarrier.init.shared::cta.b64 [%r5], 32;
            bar.sync 0;
            mov.u32 %r6, 0; mov.u32 %r7, 0;
            setp.ge.u32 %p2, %r1, 32;
            @%p2 bra PRODUCER;
            CONSUME:
            and.b32 %r8, %r6, 1;
            C: mbarrier.try_wait.parity.shared::cta.b64 %p3, [%r4], %r8; @!%p3 bra C;
            ld.shared.u32 %r9, [slot];
            add.u32 %r7, %r7, %r9;
            mbarrier.arrive.shared::cta.b64 %rd9, [%r5];
            add.u32 %r6, %r6, 1; setp.lt.u32 %p4, %r6, 4; @%p4 bra CONSUME;
            add.u64 %rd5, %rd1, %rd3;
            st.global.u32 [%rd5], %r7;
            bra END;
            PRODUCER:
            setp.ne.u32 %p5, %r1, 32;
            @%p5 bra END;
            PRODUCE:
            and.b32 %r8, %r6, 1; xor.b32 %r8, %r8, 1;
            P: mbarrier.try_wait.parity.shared::cta.b64 %p3, [%r5], %r8; @!%p3 bra P;
            mad.lo.u32 %r9, %r6, 10, 3;
            st.shared.u32 [slot], %r9;
            mbarrier.arrive.shared::cta.b64 _, [%r4];
            add.u32 %r6, %r6, 1; setp.lt.u32 %p4, %r6, 4; @%p4 bra PRODUCE;
            END:
            """);
        var (output, result) = TestKernels.Run(ptx, 64);
        Assert.Empty(result.Findings);
        Assert.All(output.Take(32), value => Assert.Equal(3u + 13 + 23 + 33, value));
    }
}
