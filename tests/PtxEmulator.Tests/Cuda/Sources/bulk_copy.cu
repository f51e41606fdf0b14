// Adds two vectors; each block fetches its part of both by one plain bulk copy, and a copy back stores the sums.
#include <cstdint>

constexpr int Part = 512;

__device__ __forceinline__ uint32_t shared(const void* pointer) { return static_cast<uint32_t>(__cvta_generic_to_shared(pointer)); }

extern "C" __global__ void __launch_bounds__(128) bulkAdd(const int* left, const int* right, int* sums) {
    __shared__ alignas(16) int parts[2][Part];
    __shared__ alignas(8) uint64_t barrier;
    int64_t first = static_cast<int64_t>(blockIdx.x) * Part;
    if (threadIdx.x == 0) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(shared(&barrier)) : "memory");
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared(&barrier)), "r"(2 * Part * 4) : "memory");
        for (int i = 0; i < 2; i++) {
            asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
                         ::"r"(shared(parts[i])), "l"((i == 0 ? left : right) + first), "r"(Part * 4), "r"(shared(&barrier)) : "memory");
        }
    }
    __syncthreads();
    uint32_t done;
    do {
        asm volatile("{\n.reg .pred p;\nmbarrier.test_wait.parity.shared::cta.b64 p, [%1], 0;\nselp.u32 %0, 1, 0, p;\n}" : "=r"(done) : "r"(shared(&barrier)) : "memory");
    } while (done == 0);
    for (int i = threadIdx.x; i < Part; i += blockDim.x) parts[0][i] += parts[1][i];
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
    __syncthreads();
    if (threadIdx.x == 0) {
        asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;" ::"l"(sums + first), "r"(shared(parts[0])), "r"(Part * 4) : "memory");
        asm volatile("cp.async.bulk.commit_group;\ncp.async.bulk.wait_group 0;" ::: "memory");
    }
}
