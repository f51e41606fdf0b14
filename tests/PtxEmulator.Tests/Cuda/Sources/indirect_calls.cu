// What libraries seldom use and compilers do emit: recursion on the stack, a table of function pointers, a constant bank that the host fills or leaves as it was
// initialised, an initialised global, a structure passed by value to a function that is not inlined.
#include <cstdint>

struct Pair { int64_t first; int second; float weight; };

__constant__ int coefficients[4] = {3, -1, 4, 1};
__device__ int scale = 7;
__device__ const float weights[3] = {0.5f, -2.0f, 1024.0f};

__device__ __noinline__ int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

__device__ __noinline__ int64_t ackermann(int64_t m, int64_t n) {
    if (m == 0) return n + 1;
    return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

__device__ __noinline__ Pair join(Pair left, Pair right) { return {left.first + right.first, left.second * right.second, left.weight + right.weight}; }

__device__ int twice(int x) { return 2 * x; }
__device__ int square(int x) { return x * x; }
__device__ int polynomial(int x) { return ((coefficients[3] * x + coefficients[2]) * x + coefficients[1]) * x + coefficients[0]; }

using Function = int (*)(int);
__device__ Function table[] = {twice, square, polynomial, fibonacci};

extern "C" __global__ void indirectCalls(const int* inputs, const int* choices, int* results, int64_t* joined, float* sums, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    // Lanes of one warp call different functions.
    results[i] = table[choices[i] & 3](inputs[i]) * scale;
    Pair pair = join({inputs[i], choices[i], weights[i % 3]}, {ackermann(choices[i] & 1, inputs[i] & 3), 5, 0.25f});
    joined[2 * i] = pair.first;
    joined[2 * i + 1] = pair.second;
    sums[i] = pair.weight;
}
