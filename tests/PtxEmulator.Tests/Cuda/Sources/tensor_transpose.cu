// Transposes a matrix of floats by the tensor memory accelerator: each 32 x 32 tile is loaded through one tensor map (announced to an mbarrier), transposed in
// shared memory, and stored through another. A block walks over several tiles with two buffers, so that the barriers pass through several phases.
#include <cstdint>

struct alignas(64) TensorMap { uint64_t words[16]; };
constexpr int Tile = 32;

__device__ __forceinline__ uint32_t shared(const void* pointer) { return static_cast<uint32_t>(__cvta_generic_to_shared(pointer)); }

__device__ __forceinline__ void load(const TensorMap& map, float* buffer, uint64_t* barrier, int column, int row) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared(barrier)), "r"(Tile * Tile * 4) : "memory");
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];"
                 ::"r"(shared(buffer)), "l"(&map), "r"(column), "r"(row), "r"(shared(barrier)) : "memory");
}

__device__ __forceinline__ void wait(uint64_t* barrier, uint32_t parity) {
    asm volatile(
        "{\n"
        ".reg .pred done;\n"
        "AGAIN:\n"
        "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
        "@done bra FINISHED;\n"
        "bra AGAIN;\n"
        "FINISHED:\n"
        "}" ::"r"(shared(barrier)), "r"(parity) : "memory");
}

extern "C" __global__ void __launch_bounds__(128) tensorTranspose(const __grid_constant__ TensorMap source, const __grid_constant__ TensorMap target, int columnTiles) {
    __shared__ alignas(128) float incoming[2][Tile * Tile];
    __shared__ alignas(128) float outgoing[Tile * Tile];
    __shared__ alignas(8) uint64_t barriers[2];
    int row = blockIdx.x * Tile;
    if (threadIdx.x == 0) {
        for (int i = 0; i < 2; i++) asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(shared(&barriers[i])) : "memory");
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
        load(source, incoming[0], &barriers[0], 0, row);
    }
    __syncthreads();
    for (int tile = 0; tile < columnTiles; tile++) {
        if (threadIdx.x == 0 && tile + 1 < columnTiles) load(source, incoming[(tile + 1) & 1], &barriers[(tile + 1) & 1], (tile + 1) * Tile, row);
        wait(&barriers[tile & 1], (tile >> 1) & 1);
        for (int i = threadIdx.x; i < Tile * Tile; i += blockDim.x) outgoing[(i % Tile) * Tile + i / Tile] = incoming[tile & 1][i];
        asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
        __syncthreads();
        if (threadIdx.x == 0) {
            asm volatile("cp.async.bulk.tensor.2d.global.shared::cta.bulk_group [%0, {%1, %2}], [%3];"
                         ::"l"(&target), "r"(row), "r"(tile * Tile), "r"(shared(outgoing)) : "memory");
            asm volatile("cp.async.bulk.commit_group;" ::: "memory");
            asm volatile("cp.async.bulk.wait_group.read 0;" ::: "memory");
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) asm volatile("cp.async.bulk.wait_group 0;" ::: "memory");
}
