// Producers and consumers in one block: warp 0 and 1 fill a ring of two buffers, warps 2 and 3 take from it, by named barriers that one side only arrives at.
#include <cstdint>

constexpr int Part = 64;

__device__ __forceinline__ void arrive(int barrier) { asm volatile("bar.arrive %0, 128;" ::"r"(barrier) : "memory"); }
__device__ __forceinline__ void sync(int barrier) { asm volatile("bar.sync %0, 128;" ::"r"(barrier) : "memory"); }

extern "C" __global__ void __launch_bounds__(128) producersConsumers(const int* input, int* output, int parts) {
    __shared__ int ring[2][Part];
    int lane = threadIdx.x % Part;
    constexpr int Full = 1, Empty = 3;
    if (threadIdx.x < Part) {
        for (int i = 0; i < parts; i++) {
            if (i >= 2) sync(Empty + (i & 1));
            ring[i & 1][lane] = input[(blockIdx.x * parts + i) * Part + lane] * 3;
            __threadfence_block();
            arrive(Full + (i & 1));
        }
    } else {
        for (int i = 0; i < parts; i++) {
            sync(Full + (i & 1));
            output[(blockIdx.x * parts + i) * Part + lane] = ring[i & 1][Part - 1 - lane] + 1;
            if (i + 2 < parts) arrive(Empty + (i & 1));
        }
    }
    int odd = __syncthreads_count(output != nullptr && (lane & 1));
    if (threadIdx.x == 0) output[gridDim.x * parts * Part + blockIdx.x] = odd;
}
