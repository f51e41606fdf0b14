// Warp-wide instructions under divergence: ballot and popcount compact the numbers that pass a test, match finds equal keys, redux reduces, any and all vote.
#include <cstdint>

extern "C" __global__ void __launch_bounds__(64) warpVotes(const int* values, const int* keys, int* compacted, unsigned* counts, unsigned* matches, int* reduced, int threshold) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 31, warp = i >> 5;
    int value = values[i];
    unsigned kept = __ballot_sync(0xffffffffu, value > threshold);
    if (value > threshold) compacted[warp * 32 + __popc(kept & ((1u << lane) - 1))] = value;
    if (lane == 0) counts[warp] = __popc(kept);

    matches[i] = __match_any_sync(0xffffffffu, keys[i]);
    int same;
    unsigned all = __match_all_sync(0xffffffffu, keys[i], &same);
    matches[gridDim.x * blockDim.x + i] = same ? all : 0;

    // Only a part of the warp takes each side; the masks say which.
    unsigned odd = __ballot_sync(0xffffffffu, value & 1);
    int* to = reduced + i * 4;
    if (value & 1) {
        to[0] = __reduce_add_sync(odd, value);
        to[1] = __reduce_max_sync(odd, value);
        to[2] = __any_sync(odd, value > threshold);
    } else {
        to[0] = __reduce_min_sync(~odd, value);
        to[1] = static_cast<int>(__reduce_xor_sync(~odd, static_cast<unsigned>(value)));
        to[2] = __all_sync(~odd, value > threshold);
    }
    __syncwarp();
    to[3] = __shfl_sync(0xffffffffu, value, (lane * 5 + 3) & 15, 16);
}
