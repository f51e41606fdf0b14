// Philox 4x32-10 and what 64-bit and double arithmetic a compiler makes: wide multiplications, division and remainder of both signs, shifts by any amount, funnel shifts.
#include <cstdint>

extern "C" __global__ void philox(uint32_t* random, uint64_t seed, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    uint32_t c[4] = {static_cast<uint32_t>(i), 0, 0, 0}, k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
    for (int round = 0; round < 10; round++) {
        uint32_t high0 = __umulhi(0xD2511F53u, c[0]), low0 = 0xD2511F53u * c[0], high1 = __umulhi(0xCD9E8D57u, c[2]), low1 = 0xCD9E8D57u * c[2];
        c[0] = high1 ^ c[1] ^ k0;
        c[1] = low1;
        c[2] = high0 ^ c[3] ^ k1;
        c[3] = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    reinterpret_cast<uint4*>(random)[i] = make_uint4(c[0], c[1], c[2], c[3]);
}

extern "C" __global__ void wideArithmetic(const int64_t* a, const int64_t* b, int64_t* results, double* reals, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    int64_t x = a[i], y = b[i];
    int64_t* to = results + 8 * i;
    to[0] = x / y;
    to[1] = x % y;
    to[2] = static_cast<int64_t>(static_cast<uint64_t>(x) / static_cast<uint64_t>(y));
    to[3] = __mul64hi(x, y);
    to[4] = static_cast<int64_t>(__funnelshift_l(static_cast<uint32_t>(x), static_cast<uint32_t>(y), static_cast<uint32_t>(x >> 32)));
    to[5] = (x >> (y & 63)) ^ (static_cast<int64_t>(static_cast<uint64_t>(x) << ((y >> 3) & 63)));
    to[6] = __popcll(x) * 1000 + __clzll(y) * 10 + __ffsll(x);
    to[7] = static_cast<int64_t>(__byte_perm(static_cast<uint32_t>(x), static_cast<uint32_t>(y), 0x2714)) + (x < y ? -1 : 1) + static_cast<int32_t>(static_cast<int16_t>(x));
    reals[2 * i] = sqrt(fabs(static_cast<double>(x))) / static_cast<double>(y);
    reals[2 * i + 1] = fma(static_cast<double>(x), 0.1, static_cast<double>(static_cast<float>(y))) + floor(static_cast<double>(y) / 7.0);
}
