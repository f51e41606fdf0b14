// C = A B^T: A is 64 x k, B is 64 x k, both bf16 and row major (K-major for the tensor core), C is 64 x 64 float32. One warpgroup; tiles of 64 x 64 are written to
// shared memory by ordinary stores in the 128-byte swizzle, then four wgmma m64n64k16 read them through descriptors. blockIdx.x picks 64 rows of A, blockIdx.y of B.
#include <cstdint>

constexpr int Tile = 64;

__device__ __forceinline__ uint32_t shared(const void* pointer) { return static_cast<uint32_t>(__cvta_generic_to_shared(pointer)); }

// Start address, leading offset 16 (not used by a swizzled K-major tile), stride of 8 rows 1024 bytes, swizzle code 1: 128 bytes.
__device__ __forceinline__ uint64_t describe(uint32_t address) {
    return static_cast<uint64_t>((address & 0x3ffff) >> 4) | 1ull << 16 | static_cast<uint64_t>(1024 >> 4) << 32 | 1ull << 62;
}

__device__ __forceinline__ void fill(char* tile, const uint16_t* matrix, int firstRow, int start, int k) {
    for (int i = threadIdx.x; i < Tile * Tile / 8; i += 128) {
        int row = i / 8, part = i % 8;
        uint4 piece = *reinterpret_cast<const uint4*>(matrix + static_cast<int64_t>(firstRow + row) * k + start + part * 8);
        *reinterpret_cast<uint4*>(tile + row * 128 + ((part ^ (row & 7)) << 4)) = piece;
    }
}

extern "C" __global__ void __launch_bounds__(128) wgmmaMatMul(const uint16_t* a, const uint16_t* b, float* c, int n, int k) {
    __shared__ __align__(1024) char tileA[Tile * 128];
    __shared__ __align__(1024) char tileB[Tile * 128];
    float d[32];
    for (int start = 0; start < k; start += Tile) {
        fill(tileA, a, blockIdx.x * Tile, start, k);
        fill(tileB, b, blockIdx.y * Tile, start, k);
        asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
        __syncthreads();
        asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
        for (int step = 0; step < 4; step++) {
            uint64_t descriptorA = describe(shared(tileA) + 32 * step), descriptorB = describe(shared(tileB) + 32 * step);
            int accumulate = start > 0 || step > 0;
            asm volatile(
                "{\n"
                ".reg .pred p;\n"
                "setp.ne.b32 p, %34, 0;\n"
                "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 "
                "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
                "%32, %33, p, 1, 1, 0, 0;\n"
                "}"
                : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]),
                  "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]),
                  "+f"(d[23]), "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])
                : "l"(descriptorA), "l"(descriptorB), "r"(accumulate));
        }
        asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
        asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
        __syncthreads();
    }

    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int row = blockIdx.x * Tile + warp * 16 + (lane >> 2), column = blockIdx.y * Tile + (lane & 3) * 2;
#pragma unroll
    for (int j = 0; j < 8; j++) {
        *reinterpret_cast<float2*>(c + row * n + column + 8 * j) = make_float2(d[4 * j], d[4 * j + 1]);
        *reinterpret_cast<float2*>(c + (row + 8) * n + column + 8 * j) = make_float2(d[4 * j + 2], d[4 * j + 3]);
    }
}
