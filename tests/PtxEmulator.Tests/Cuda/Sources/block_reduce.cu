// Sum of `count` floats: 16-byte loads, shuffles inside a warp, shared memory between warps, one partial sum a block.
#include <cstdint>

__device__ __forceinline__ float warpSum(float value) {
    for (int offset = 16; offset > 0; offset >>= 1) value += __shfl_down_sync(0xffffffffu, value, offset);
    return value;
}

extern "C" __global__ void __launch_bounds__(256) blockReduce(const float* input, float* partials, int count) {
    __shared__ float sums[8];
    float sum = 0.0f;
    int first = (blockIdx.x * blockDim.x + threadIdx.x) * 4;
    int step = gridDim.x * blockDim.x * 4;
    for (int i = first; i < count; i += step) {
        if (i + 3 < count) {
            float4 four = *reinterpret_cast<const float4*>(input + i);
            sum += (four.x + four.y) + (four.z + four.w);
        } else {
            for (int j = i; j < count; j++) sum += input[j];
        }
    }

    sum = warpSum(sum);
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    if (lane == 0) sums[warp] = sum;
    __syncthreads();
    if (warp == 0) {
        sum = lane < 8 ? sums[lane] : 0.0f;
        sum = warpSum(sum);
        if (lane == 0) partials[blockIdx.x] = sum;
    }
}
