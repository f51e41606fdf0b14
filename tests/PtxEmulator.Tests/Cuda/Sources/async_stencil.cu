// A weighted sum of 2 r + 1 neighbours along each row; tiles of 256 come by cp.async into two buffers in turn, while the tile before is computed. Outside is zero.
#include <cstdint>

constexpr int Tile = 256, Halo = 16, Buffer = Tile + 2 * Halo;

__device__ __forceinline__ void start(float* buffer, const float* row, int first, int width) {
    // Pieces of 16 bytes; a piece outside of the row, or its part past the end, is filled with zeros by a source size below 16.
    for (int i = threadIdx.x; i < Buffer / 4; i += blockDim.x) {
        int column = first - Halo + 4 * i;
        int valid = column < 0 ? 0 : min(max(width - column, 0), 4);
        const float* source = valid > 0 ? row + column : row;
        uint32_t target = static_cast<uint32_t>(__cvta_generic_to_shared(buffer + 4 * i));
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(target), "l"(source), "r"(4 * valid) : "memory");
    }
    asm volatile("cp.async.commit_group;" ::: "memory");
}

extern "C" __global__ void __launch_bounds__(128) asyncStencil(const float* input, const float* weights, float* output, int width, int radius) {
    __shared__ __align__(16) float buffers[2][Buffer];
    const float* row = input + static_cast<int64_t>(blockIdx.x) * width;
    int tiles = (width + Tile - 1) / Tile;
    start(buffers[0], row, 0, width);
    for (int tile = 0; tile < tiles; tile++) {
        if (tile + 1 < tiles) {
            start(buffers[(tile + 1) & 1], row, (tile + 1) * Tile, width);
            asm volatile("cp.async.wait_group 1;" ::: "memory");
        } else {
            asm volatile("cp.async.wait_all;" ::: "memory");
        }
        __syncthreads();
        const float* buffer = buffers[tile & 1];
        for (int i = threadIdx.x; i < Tile; i += blockDim.x) {
            float sum = 0.0f;
            for (int j = -radius; j <= radius; j++) sum = fmaf(weights[j + radius], buffer[Halo + i + j], sum);
            if (tile * Tile + i < width) output[static_cast<int64_t>(blockIdx.x) * width + tile * Tile + i] = sum;
        }
        __syncthreads();
    }
}
