// Inclusive prefix sum over all blocks in one launch: each block publishes its sum, then looks back over its predecessors' until it meets a finished prefix.
// A block waits only for blocks that took a smaller ticket, so it ends whenever blocks make progress independently.
#include <cstdint>

constexpr int Threads = 128;
constexpr uint64_t Aggregate = 1ull << 32, Prefix = 2ull << 32;

extern "C" __global__ void __launch_bounds__(Threads) lookBackScan(const int* input, int* output, int count, unsigned* ticket, uint64_t* states) {
    __shared__ unsigned block;
    __shared__ int warpSums[Threads / 32];
    __shared__ int before;
    if (threadIdx.x == 0) block = atomicAdd(ticket, 1u);
    __syncthreads();

    int index = static_cast<int>(block) * Threads + threadIdx.x;
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int value = index < count ? input[index] : 0;
    for (int offset = 1; offset < 32; offset <<= 1) {
        int left = __shfl_up_sync(0xffffffffu, value, offset);
        if (lane >= offset) value += left;
    }
    if (lane == 31) warpSums[warp] = value;
    __syncthreads();
    int total = 0;
    for (int i = 0; i < Threads / 32; i++) {
        if (i == warp) value += total;
        total += warpSums[i];
    }

    if (threadIdx.x == 0) {
        volatile uint64_t* published = states;
        int sum = 0;
        if (block == 0) {
            published[0] = Prefix | static_cast<uint32_t>(total);
        } else {
            published[block] = Aggregate | static_cast<uint32_t>(total);
            for (int i = static_cast<int>(block) - 1; i >= 0; i--) {
                uint64_t state;
                do {
                    state = published[i];
                } while ((state >> 32) == 0);
                sum += static_cast<int>(static_cast<uint32_t>(state));
                if ((state >> 32) == (Prefix >> 32)) break;
            }
            published[block] = Prefix | static_cast<uint32_t>(sum + total);
        }
        before = sum;
    }
    __syncthreads();
    if (index < count) output[index] = before + value;
}
