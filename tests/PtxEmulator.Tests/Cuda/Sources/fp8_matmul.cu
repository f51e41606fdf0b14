// One warp multiplies 16 x 32 by 32 x 8 in e4m3: floats are narrowed by the packed conversion, laid out by hand, and multiplied by mma.sync m16n8k32.
// The result's registers differ from the accumulator's, as the assembler for sm_90 requires.
#include <cstdint>

__device__ __forceinline__ uint32_t pack(const float* four) {
    uint16_t low, high;
    asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(low) : "f"(four[1]), "f"(four[0]));
    asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(high) : "f"(four[3]), "f"(four[2]));
    return static_cast<uint32_t>(high) << 16 | low;
}

extern "C" __global__ void __launch_bounds__(32) narrowMatMul(const float* a, const float* b, float* c) {
    int lane = threadIdx.x, group = lane >> 2, part = (lane & 3) * 4;
    uint32_t left[4], right[2];
    for (int i = 0; i < 4; i++) left[i] = pack(a + (group + (i & 1) * 8) * 32 + part + (i >> 1) * 16);
    for (int i = 0; i < 2; i++) right[i] = pack(b + group * 32 + part + i * 16);
    float d[4], zero = 0.0f;
    asm volatile("mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%10,%10,%10,%10};"
                 : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])
                 : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right[0]), "r"(right[1]), "f"(zero));
    for (int i = 0; i < 4; i++) c[(group + (i >> 1) * 8) * 8 + (lane & 3) * 2 + (i & 1)] = d[i];
}
