"""Triton kernels of our own for the operators that live by memory, with the shapes of `plamo-gpu bench`.

    python gpu_triton.py theirs.json [repeats]
"""

import sys

import torch
import triton
import triton.language as tl

import gpu_protocol as protocol


@triton.jit
def rms_norm_kernel(x, weight, y, width, epsilon, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    columns = tl.arange(0, BLOCK)
    inside = columns < width
    values = tl.load(x + row * width + columns, mask=inside, other=0.0)
    scale = 1.0 / tl.sqrt(tl.sum(values * values, axis=0) / width + epsilon)
    gains = tl.load(weight + columns, mask=inside, other=0.0)
    tl.store(y + row * width + columns, values * scale * (gains + 1.0), mask=inside)


@triton.jit
def swiglu_kernel(x, y, width, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    columns = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = columns < width
    gate = tl.load(x + row * 2 * width + columns, mask=inside, other=0.0)
    up = tl.load(x + row * 2 * width + width + columns, mask=inside, other=0.0)
    tl.store(y + row * width + columns, gate * tl.sigmoid(gate) * up, mask=inside)


def rms_norm(tokens, width, repeats):
    sets = protocol.rotation(lambda: (torch.rand(tokens, width, device="cuda"), torch.rand(width, device="cuda"), torch.empty(tokens, width, device="cuda")))
    block = triton.next_power_of_2(width)
    seconds = protocol.measure(lambda x, w, y: rms_norm_kernel[(tokens,)](x, w, y, width, 1e-6, BLOCK=block), sets, repeats)
    return protocol.result("rms_norm", f"{tokens} x {width}", "f32", seconds, 8.0 * tokens * width, "GB/s")


def swiglu(tokens, width, repeats):
    sets = protocol.rotation(lambda: (torch.rand(tokens, 2 * width, device="cuda"), torch.empty(tokens, width, device="cuda")))
    seconds = protocol.measure(lambda x, y: swiglu_kernel[(tokens, triton.cdiv(width, 1024))](x, y, width, BLOCK=1024), sets, repeats)
    return protocol.result("swiglu", f"{tokens} x {width}", "f32", seconds, 12.0 * tokens * width, "GB/s")


def main():
    path = sys.argv[1]
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    results = [rms_norm(4096, 2048, repeats), rms_norm(4096, 4096, repeats), swiglu(4096, 8192, repeats)]
    protocol.write(path, f"Triton {triton.__version__}", results)


if __name__ == "__main__":
    main()
