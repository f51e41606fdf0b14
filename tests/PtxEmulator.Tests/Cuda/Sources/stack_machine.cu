// A tiny interpreter: a switch that becomes a jump table, a stack in local memory, loops whose length differs from lane to lane.
#include <cstdint>

extern "C" __global__ void stackMachine(const uint8_t* programs, const int* arguments, int* results, int count, int length) {
    int thread = blockIdx.x * blockDim.x + threadIdx.x;
    if (thread >= count) return;
    const uint8_t* program = programs + thread * length;
    int stack[16];
    int top = 0, budget = 200;
    stack[top++] = arguments[thread];
    for (int at = 0; at < length && budget > 0; at++, budget--) {
        switch (program[at]) {
            case 0: stack[top] = at; top++; break;                                             // push the position
            case 1: stack[top] = stack[top - 1]; top++; break;                                 // duplicate
            case 2: if (top > 1) { top--; stack[top - 1] += stack[top]; } break;               // add
            case 3: if (top > 1) { top--; stack[top - 1] *= stack[top]; } break;               // multiply
            case 4: if (top > 1) { int x = stack[top - 1]; stack[top - 1] = stack[top - 2]; stack[top - 2] = x; } break;
            case 5: stack[top - 1] = stack[top - 1] / 3; break;
            case 6: stack[top - 1] = stack[top - 1] % 7; break;
            case 7: if (stack[top - 1] > 0) { stack[top - 1] -= 1; at = -1; } break;           // start again while positive
            case 8: stack[top - 1] = __clz(stack[top - 1]) ^ __brev(stack[top - 1]); break;
            case 9: budget = 0; break;                                                         // stop
            default: stack[top - 1] = -stack[top - 1]; break;
        }
        if (top > 15) top = 15;
    }
    int sum = 0;
    for (int i = 0; i < top; i++) sum = sum * 31 + stack[i];
    results[thread] = sum;
}
