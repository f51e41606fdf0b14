using Xunit;

namespace PlamoNative.PtxEmulator.Tests;

public class ExecutionTests
{
    [Fact]
    public void Every_thread_adds_two_vectors()
    {
        var ptx = TestKernels.Kernel("""
            add.u64 %rd4, %rd2, %rd3;
            ld.global.f32 %f1, [%rd4];
            fma.rn.f32 %f2, %f1, 0f40000000, 0f3F800000;
            add.u64 %rd5, %rd1, %rd3;
            st.global.f32 [%rd5], %f2;
            """);
        var input = Enumerable.Range(0, 100).Select(i => BitConverter.SingleToUInt32Bits(i)).ToArray();
        var (output, result) = TestKernels.Run(ptx, 100, input);
        Assert.Empty(result.Findings);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal((2 * i) + 1f, BitConverter.UInt32BitsToSingle(output[i]));
        }
    }

    [Fact]
    public void Lanes_that_part_in_a_loop_meet_behind_it()
    {
        var ptx = TestKernels.Kernel("""
            mov.u32 %r3, 0;
            mov.u32 %r4, 0;
            LOOP:
            add.u32 %r3, %r3, %r4;
            add.u32 %r4, %r4, 1;
            setp.le.u32 %p1, %r4, %r1;
            @%p1 bra LOOP;
            activemask.b32 %r5;
            add.u64 %rd5, %rd1, %rd3;
            st.global.u32 [%rd5], %r3;
            st.global.u32 [%rd5+128], %r5;
            """);
        var (output, result) = TestKernels.Run(ptx);
        Assert.Empty(result.Findings);
        for (var i = 0; i < 32; i++)
        {
            Assert.Equal((uint)(i * (i + 1) / 2), output[i]);
            Assert.Equal(uint.MaxValue, output[32 + i]);
        }
    }

    [Fact]
    public void A_block_sums_by_shuffles_and_shared_memory()
    {
        var ptx = TestKernels.Kernel("""
            .shared .align 4 .b32 sums[8];
            add.u32 %r3, %r1, 1;
            shfl.sync.bfly.b32 %r4, %r3, 16, 31, -1;  add.u32 %r3, %r3, %r4;
            shfl.sync.bfly.b32 %r4, %r3, 8, 31, -1;  add.u32 %r3, %r3, %r4;
            shfl.sync.bfly.b32 %r4, %r3, 4, 31, -1;  add.u32 %r3, %r3, %r4;
            shfl.sync.bfly.b32 %r4, %r3, 2, 31, -1;  add.u32 %r3, %r3, %r4;
            shfl.sync.bfly.b32 %r4, %r3, 1, 31, -1;  add.u32 %r3, %r3, %r4;
            shr.u32 %r5, %r1, 5;
            and.b32 %r6, %r1, 31;
            setp.eq.u32 %p1, %r6, 0;
            shl.b32 %r7, %r5, 2;
            mov.u32 %r8, sums;
            add.u32 %r8, %r8, %r7;
            @%p1 st.shared.u32 [%r8], %r3;
            bar.sync 0;
            mov.u32 %r10, 0;
            mov.u32 %r11, sums;
            mov.u32 %r12, 0;
            SUM:
            ld.shared.u32 %r13, [%r11];
            add.u32 %r10, %r10, %r13;
            add.u32 %r11, %r11, 4;
            add.u32 %r12, %r12, 1;
            setp.lt.u32 %p2, %r12, 8;
            @%p2 bra SUM;
            add.u64 %rd5, %rd1, %rd3;
            st.global.u32 [%rd5], %r10;
            """);
        var (output, result) = TestKernels.Run(ptx, 256);
        Assert.Empty(result.Findings);
        Assert.All(output.Take(256), value => Assert.Equal(256u * 257 / 2, value));
    }

    [Fact]
    public void A_function_calls_itself_on_a_stack()
    {
        const string Before = """
            .func (.param .b32 r) fib(.param .b32 n)
            {
            .reg .pred %p<4>; .reg .b32 %r<10>;
            ld.param.u32 %r1, [n];
            setp.lt.u32 %p1, %r1, 2;
            mov.u32 %r5, %r1;
            @%p1 bra DONE;
            sub.u32 %r2, %r1, 1;
            {
            .param .b32 a; .param .b32 b;
            st.param.b32 [a], %r2;
            call.uni (b), fib, (a);
            ld.param.b32 %r3, [b];
            }
            sub.u32 %r2, %r1, 2;
            {
            .param .b32 a; .param .b32 b;
            st.param.b32 [a], %r2;
            call.uni (b), fib, (a);
            ld.param.b32 %r4, [b];
            }
            add.u32 %r5, %r3, %r4;
            DONE:
            st.param.b32 [r], %r5;
            ret;
            }
            """;
        var ptx = TestKernels.Kernel("""
            and.b32 %r4, %r1, 7;
            {
            .param .b32 a; .param .b32 b;
            st.param.b32 [a], %r4;
            call.uni (b), fib, (a);
            ld.param.b32 %r3, [b];
            }
            add.u64 %rd5, %rd1, %rd3;
            st.global.u32 [%rd5], %r3;
            """, Before);
        var (output, result) = TestKernels.Run(ptx);
        Assert.Empty(result.Findings);
        uint[] expected = [0, 1, 1, 2, 3, 5, 8, 13];
        Assert.All(Enumerable.Range(0, 32), i => Assert.Equal(expected[i % 8], output[i]));
    }

    [Fact]
    public void Lanes_call_different_functions_through_one_address()
    {
        const string Before = """
            .func (.param .b32 r) twice(.param .b32 n)
            { .reg .b32 %r<3>; ld.param.u32 %r1, [n]; add.u32 %r2, %r1, %r1; st.param.b32 [r], %r2; ret; }
            .func (.param .b32 r) plus(.param .b32 n)
            { .reg .b32 %r<3>; ld.param.u32 %r1, [n]; add.u32 %r2, %r1, 100; st.param.b32 [r], %r2; ret; }
            .global .u64 table[2] = {twice, plus};
            """;
        var ptx = TestKernels.Kernel("""
            and.b32 %r3, %r1, 1;
            mul.wide.u32 %rd6, %r3, 8;
            mov.u64 %rd7, table;
            add.u64 %rd7, %rd7, %rd6;
            ld.global.u64 %rd8, [%rd7];
            {
            .param .b32 a; .param .b32 b;
            st.param.b32 [a], %r1;
            proto : .callprototype (.param .b32 _) _ (.param .b32 _);
            call (b), %rd8, (a), proto;
            ld.param.b32 %r4, [b];
            }
            add.u64 %rd5, %rd1, %rd3;
            st.global.u32 [%rd5], %r4;
            """, Before);
        var (output, result) = TestKernels.Run(ptx);
        Assert.Empty(result.Findings);
        Assert.All(Enumerable.Range(0, 32), i => Assert.Equal((uint)(i % 2 == 0 ? 2 * i : i + 100), output[i]));
    }

    [Fact]
    public void A_block_waits_for_the_one_behind_it()
    {
        // Block b spins until block b + 1 has written: the last in the grid goes first.
        var ptx = TestKernels.Kernel("""
            mov.u32 %r9, %nctaid.x;
            add.u32 %r3, %r2, 1;
            mul.wide.u32 %rd4, %r2, 4;
            add.u64 %rd4, %rd1, %rd4;
            mov.u32 %r5, 1;
            setp.eq.u32 %p1, %r3, %r9;
            @%p1 bra WRITE;
            SPIN:
            ld.volatile.global.u32 %r4, [%rd4+4];
            setp.eq.u32 %p2, %r4, 0;
            @%p2 bra SPIN;
            add.u32 %r5, %r4, 1;
            WRITE:
            membar.gl;
            st.volatile.global.u32 [%rd4], %r5;
            """);
        var (output, result) = TestKernels.Run(ptx, 1, blocks: 20);
        Assert.Empty(result.Findings);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal((uint)(20 - i), output[i]));
    }
}
