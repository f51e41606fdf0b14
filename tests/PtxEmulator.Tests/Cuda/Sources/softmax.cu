// Softmax of each row, one warp a row: running maximum and sum in one pass over the row, a second pass to write.
#include <math_constants.h>

extern "C" __global__ void __launch_bounds__(128) softmax(const float* input, float* output, int rows, int width) {
    int row = blockIdx.x * 4 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
    if (row >= rows) return;
    input += row * width;
    output += row * width;

    float maximum = -CUDART_INF_F, sum = 0.0f;
    for (int i = lane; i < width; i += 32) {
        float value = input[i];
        float larger = fmaxf(maximum, value);
        sum = sum * expf(maximum - larger) + expf(value - larger);
        maximum = larger;
    }
    for (int offset = 16; offset > 0; offset >>= 1) {
        float otherMaximum = __shfl_xor_sync(0xffffffffu, maximum, offset), otherSum = __shfl_xor_sync(0xffffffffu, sum, offset);
        float larger = fmaxf(maximum, otherMaximum);
        sum = (maximum == -CUDART_INF_F ? 0.0f : sum * expf(maximum - larger)) + (otherMaximum == -CUDART_INF_F ? 0.0f : otherSum * expf(otherMaximum - larger));
        maximum = larger;
    }
    for (int i = lane; i < width; i += 32) output[i] = expf(input[i] - maximum) / sum;
}
