// Two numbers a register, in f16 and in bf16: fused multiply-add, sum, product, minimum, maximum, absolute value, negation, comparison, conversion to and from f32.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

extern "C" __global__ void packedHalf(const __half2* a, const __half2* b, const __half2* c, __half2* results, float* wide, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    __half2 x = a[i], y = b[i], z = c[i];
    __half2* to = results + 8 * i;
    to[0] = __hfma2(x, y, z);
    to[1] = __hadd2(x, y);
    to[2] = __hmul2(x, y);
    to[3] = __hmin2(x, y);
    to[4] = __hmax2(x, y);
    to[5] = __habs2(__hneg2(x));
    to[6] = __hlt2(x, y);
    to[7] = __hfma2_relu(x, y, z);
    float2 both = __half22float2(x);
    wide[i] = both.x + both.y;
}

extern "C" __global__ void packedBrain(const __nv_bfloat162* a, const __nv_bfloat162* b, const __nv_bfloat162* c, __nv_bfloat162* results, float* wide, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    __nv_bfloat162 x = a[i], y = b[i], z = c[i];
    __nv_bfloat162* to = results + 8 * i;
    to[0] = __hfma2(x, y, z);
    to[1] = __hadd2(x, y);
    to[2] = __hmul2(x, y);
    to[3] = __hmin2(x, y);
    to[4] = __hmax2(x, y);
    to[5] = __habs2(__hneg2(x));
    to[6] = __hlt2(x, y);
    to[7] = __float22bfloat162_rn(make_float2(__low2float(x) * 1.0009765625f, __high2float(y) * 0.9990234375f));
    wide[i] = __low2float(x) + __high2float(x);
}
