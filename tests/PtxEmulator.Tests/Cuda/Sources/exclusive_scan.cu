// Exclusive prefix sums of each row of unsigned 64-bit numbers: the work-efficient tree in dynamic shared memory (up-sweep, down-sweep), one block a row.
#include <cstdint>

extern "C" __global__ void exclusiveScan(const uint64_t* input, uint64_t* output, int width) {
    extern __shared__ uint64_t tree[];
    const uint64_t* from = input + static_cast<int64_t>(blockIdx.x) * width;
    uint64_t* to = output + static_cast<int64_t>(blockIdx.x) * width;
    int size = 2 * blockDim.x;
    for (int i = threadIdx.x; i < size; i += blockDim.x) tree[i] = i < width ? from[i] : 0;

    int distance = 1;
    for (int pairs = size >> 1; pairs > 0; pairs >>= 1, distance <<= 1) {
        __syncthreads();
        if (threadIdx.x < pairs) {
            int right = distance * (2 * threadIdx.x + 2) - 1;
            tree[right] += tree[right - distance];
        }
    }
    if (threadIdx.x == 0) tree[size - 1] = 0;
    for (int pairs = 1; pairs < size; pairs <<= 1) {
        distance >>= 1;
        __syncthreads();
        if (threadIdx.x < pairs) {
            int right = distance * (2 * threadIdx.x + 2) - 1;
            uint64_t left = tree[right - distance];
            tree[right - distance] = tree[right];
            tree[right] += left;
        }
    }
    __syncthreads();
    for (int i = threadIdx.x; i < width; i += blockDim.x) to[i] = tree[i];
}
