// A histogram over the shared memory of a cluster of four blocks: each block keeps a quarter of the bins, and every block adds to the others' through the
// distributed shared memory (mapa, red on shared::cluster), between cluster barriers. Then each reads its neighbor's bins back by ld.shared::cluster.
#include <cstdint>

constexpr int Bins = 256, Own = Bins / 4;

__device__ __forceinline__ uint32_t shared(const void* pointer) { return static_cast<uint32_t>(__cvta_generic_to_shared(pointer)); }

__device__ __forceinline__ void clusterBarrier() {
    asm volatile("barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;" ::: "memory");
}

extern "C" __global__ void __cluster_dims__(4, 1, 1) __launch_bounds__(64) clusterHistogram(const uint8_t* values, unsigned* histograms, unsigned* neighbors, int count) {
    __shared__ unsigned bins[Own];
    uint32_t rank, cluster;
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    asm("mov.u32 %0, %%clusterid.x;" : "=r"(cluster));
    bins[threadIdx.x] = 0;
    clusterBarrier();
    for (int i = rank * 64 + threadIdx.x; i < count; i += 256) {
        unsigned value = values[cluster * count + i];
        uint32_t target;
        asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(target) : "r"(shared(&bins[value % Own])), "r"(value / Own));
        asm volatile("red.relaxed.cluster.shared::cluster.add.u32 [%0], 1;" ::"r"(target) : "memory");
    }
    clusterBarrier();
    histograms[cluster * Bins + rank * Own + threadIdx.x] = bins[threadIdx.x];
    uint32_t next, seen;
    asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(next) : "r"(shared(&bins[threadIdx.x])), "r"((rank + 1) % 4));
    asm volatile("ld.shared::cluster.u32 %0, [%1];" : "=r"(seen) : "r"(next) : "memory");
    neighbors[cluster * Bins + rank * Own + threadIdx.x] = seen;
    clusterBarrier();
}
