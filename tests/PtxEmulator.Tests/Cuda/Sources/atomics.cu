// Atomics of every kind: a block's histogram in shared memory added to one in global memory, minimum and maximum, compare-and-swap of doubles, exchange, and a
// counter that wraps. All results are independent of the order but for `last`, which is one of the inputs.
#include <cstdint>

struct Totals { unsigned long long sum; int smallest; int largest; double product; unsigned wrapped; unsigned flags; unsigned last; float total; };

__device__ void multiply(double* target, double factor) {
    auto* bits = reinterpret_cast<unsigned long long*>(target);
    unsigned long long seen = *bits, assumed;
    do {
        assumed = seen;
        seen = atomicCAS(bits, assumed, static_cast<unsigned long long>(__double_as_longlong(__longlong_as_double(static_cast<long long>(assumed)) * factor)));
    } while (assumed != seen);
}

extern "C" __global__ void __launch_bounds__(128) atomics(const int* values, unsigned* histogram, Totals* totals, int count) {
    __shared__ unsigned bins[64];
    if (threadIdx.x < 64) bins[threadIdx.x] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += gridDim.x * blockDim.x) {
        int value = values[i];
        atomicAdd(&bins[value & 63], 1u);
        atomicAdd(&totals->sum, static_cast<unsigned long long>(static_cast<long long>(value)));
        atomicMin(&totals->smallest, value);
        atomicMax(&totals->largest, value);
        atomicInc(&totals->wrapped, 99u);
        atomicOr(&totals->flags, 1u << (value & 31));
        atomicExch(&totals->last, static_cast<unsigned>(value));
        atomicAdd(&totals->total, static_cast<float>(value & 7));
        if ((value & 15) == 3) multiply(&totals->product, 2.0);
    }
    __syncthreads();
    if (threadIdx.x < 64) atomicAdd(&histogram[threadIdx.x], bins[threadIdx.x]);
}
