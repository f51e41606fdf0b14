namespace PlamoNative.Assembly.Tests;

/// <summary>PTX texts for the tests of the gate: one that is right, and the same with one fault each.</summary>
internal static class Planted
{
    /// <summary>A reduction of 64 floats through shared memory, as it should be.</summary>
    internal const string Body = """
            ld.param.u64 %rd1, [kernel_param_0];
            cvta.to.global.u64 %rd1, %rd1;
            mov.u32 %r1, %tid.x;
            mul.wide.u32 %rd2, %r1, 4;
            add.u64 %rd2, %rd1, %rd2;
            ld.global.f32 %f1, [%rd2];
            mov.u32 %r2, tile;
            mad.lo.u32 %r3, %r1, 4, %r2;
            mov.u32 %r4, 0;
        LOOP:
            st.shared.f32 [%r3], %f1;
            bar.sync 0;
            xor.b32 %r5, %r3, 4;
            ld.shared.f32 %f2, [%r5];
            bar.sync 0;
            add.f32 %f1, %f1, %f2;
            add.u32 %r4, %r4, 1;
            setp.lt.u32 %p1, %r4, 3;
            @%p1 bra LOOP;
            st.global.f32 [%rd2], %f1;
            ret;
        """;

    /// <summary>A whole module around a body of an entry called <c>kernel</c> with one pointer parameter.</summary>
    internal static PtxUnit Module(string body, string architecture = "80", string declarations = "", int blockThreads = 64) => new("Planted", "kernel", architecture, $$"""
        .version 8.4
        .target sm_{{architecture}}
        .address_size 64
        .visible .entry kernel(.param .u64 kernel_param_0)
        .maxntid {{blockThreads}}, 1, 1
        {
            .reg .pred %p<4>;
            .reg .b32 %r<40>;
            .reg .f32 %f<300>;
            .reg .b64 %rd<8>;
            .shared .align 16 .b8 tile[256];
            {{declarations}}
        {{body}}
        }
        """);

    /// <summary>The right body with one text replaced by another.</summary>
    internal static PtxUnit With(string from, string to, string declarations = "")
    {
        if (!Body.Contains(from, StringComparison.Ordinal))
        {
            throw new ArgumentException($"the planted body has no '{from}'", nameof(from));
        }

        return Module(Body.Replace(from, to, StringComparison.Ordinal), declarations: declarations);
    }

    /// <summary>An fp8 multiplication whose result goes to <paramref name="result"/> and whose accumulator is registers 4 to 7.</summary>
    internal static PtxUnit NarrowMatMul(string architecture, string result) => Module($$"""
            ld.param.u64 %rd1, [kernel_param_0];
            cvta.to.global.u64 %rd1, %rd1;
            mov.u32 %r1, %tid.x;
            mul.wide.u32 %rd2, %r1, 16;
            add.u64 %rd2, %rd1, %rd2;
            ld.global.v4.f32 {%f4, %f5, %f6, %f7}, [%rd2];
            ld.global.v4.u32 {%r10, %r11, %r12, %r13}, [%rd2+4096];
            mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 {{result}}, {%r10, %r11, %r12, %r13}, {%r10, %r12}, {%f4, %f5, %f6, %f7};
            st.global.v4.f32 [%rd2], {{result}};
            ret;
        """, architecture, blockThreads: 32);
}
