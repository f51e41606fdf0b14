// C = A B: A and B in bf16, row major, C in float32; m, n multiples of 64 and k of 32. Four warps of 32 x 32 results each: ldmatrix (B transposed), mma.sync m16n8k16.
#include <cstdint>

constexpr int BlockM = 64, BlockN = 64, BlockK = 32, PitchA = BlockK + 8, PitchB = BlockN + 8;

__device__ __forceinline__ uint32_t shared(const void* pointer) { return static_cast<uint32_t>(__cvta_generic_to_shared(pointer)); }

extern "C" __global__ void __launch_bounds__(128) mmaMatMul(const uint16_t* a, const uint16_t* b, float* c, int m, int n, int k) {
    __shared__ __align__(16) uint16_t tileA[BlockM * PitchA];
    __shared__ __align__(16) uint16_t tileB[BlockK * PitchB];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int rowOfWarp = (warp >> 1) * 32, columnOfWarp = (warp & 1) * 32;
    float sums[2][4][4] = {};

    for (int start = 0; start < k; start += BlockK) {
        for (int i = threadIdx.x; i < BlockM * BlockK / 8; i += 128) {
            int row = i / (BlockK / 8), part = i % (BlockK / 8) * 8;
            *reinterpret_cast<uint4*>(tileA + row * PitchA + part) = *reinterpret_cast<const uint4*>(a + (blockIdx.y * BlockM + row) * k + start + part);
        }
        for (int i = threadIdx.x; i < BlockK * BlockN / 8; i += 128) {
            int row = i / (BlockN / 8), part = i % (BlockN / 8) * 8;
            *reinterpret_cast<uint4*>(tileB + row * PitchB + part) = *reinterpret_cast<const uint4*>(b + (start + row) * n + blockIdx.x * BlockN + part);
        }
        __syncthreads();
#pragma unroll
        for (int inner = 0; inner < BlockK; inner += 16) {
            uint32_t fragmentA[2][4], fragmentB[4][2];
#pragma unroll
            for (int i = 0; i < 2; i++) {
                uint32_t address = shared(tileA + (rowOfWarp + i * 16 + (lane & 15)) * PitchA + inner + (lane >> 4) * 8);
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                             : "=r"(fragmentA[i][0]), "=r"(fragmentA[i][1]), "=r"(fragmentA[i][2]), "=r"(fragmentA[i][3]) : "r"(address) : "memory");
            }
#pragma unroll
            for (int j = 0; j < 4; j++) {
                uint32_t address = shared(tileB + (inner + (lane & 15)) * PitchB + columnOfWarp + j * 8);
                asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];" : "=r"(fragmentB[j][0]), "=r"(fragmentB[j][1]) : "r"(address) : "memory");
            }
#pragma unroll
            for (int i = 0; i < 2; i++) {
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    float* d = sums[i][j];
                    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                                 : "r"(fragmentA[i][0]), "r"(fragmentA[i][1]), "r"(fragmentA[i][2]), "r"(fragmentA[i][3]), "r"(fragmentB[j][0]), "r"(fragmentB[j][1]));
                }
            }
        }
        __syncthreads();
    }

    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            int row = blockIdx.y * BlockM + rowOfWarp + i * 16 + (lane >> 2);
            int column = blockIdx.x * BlockN + columnOfWarp + j * 8 + (lane & 3) * 2;
            *reinterpret_cast<float2*>(c + row * n + column) = make_float2(sums[i][j][0], sums[i][j][1]);
            *reinterpret_cast<float2*>(c + (row + 8) * n + column) = make_float2(sums[i][j][2], sums[i][j][3]);
        }
    }
}
