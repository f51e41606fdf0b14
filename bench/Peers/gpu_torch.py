"""cuBLAS and scaled_dot_product_attention through PyTorch, with the shapes of `plamo-gpu bench`.

    python gpu_torch.py theirs.json [repeats]
"""

import sys

import torch
import torch.nn.functional as F

import gpu_protocol as protocol


def rand(*shape, dtype=torch.float32):
    return torch.rand(*shape, device="cuda", dtype=torch.float32).sub_(0.5).to(dtype)


def linear(tokens, out_features, in_features, dtype, repeats, tf32=False):
    torch.backends.cuda.matmul.allow_tf32 = tf32
    sets = protocol.rotation(lambda: (rand(tokens, in_features, dtype=dtype), rand(out_features, in_features, dtype=dtype)))
    seconds = protocol.measure(lambda x, w: torch.matmul(x, w.t()), sets, repeats)
    name = {torch.float32: "tf32" if tf32 else "f32", torch.bfloat16: "bf16"}[dtype]
    shape = f"{tokens} x {out_features} x {in_features}"
    if tokens == 1:
        return protocol.result("linear", shape, name, seconds, sets[0][1].numel() * sets[0][1].element_size(), "GB/s")
    return protocol.result("linear", shape, name, seconds, 2.0 * tokens * out_features * in_features, "TFLOP/s", None if not tf32 else "10-bit mantissas: not float32")


def attention(tokens, query_heads, key_heads, size, dtype, repeats):
    def make():
        return rand(1, query_heads, tokens, size, dtype=dtype), rand(1, key_heads, tokens, size, dtype=dtype), rand(1, key_heads, tokens, size, dtype=dtype)

    sets = protocol.rotation(make)
    seconds = protocol.measure(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True), sets, repeats)
    flops = 4.0 * query_heads * size * tokens * (tokens + 1) / 2
    return protocol.result("attention", f"{tokens} x {query_heads} x {size}", str(dtype).split(".")[1], seconds, flops, "TFLOP/s")


def copy(repeats):
    size = (512 << 20) // 4
    pair = (torch.zeros(size, device="cuda"), torch.zeros(size, device="cuda"))
    return protocol.result("device copy", "512 MiB", "f32", protocol.measure(lambda a, b: b.copy_(a), [pair], repeats), 2.0 * (512 << 20), "GB/s")


def main():
    path = sys.argv[1]
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    results = [copy(repeats)]
    for size in (2048, 4096, 8192):
        results.append(linear(size, size, size, torch.float32, repeats))
        results.append(linear(size, size, size, torch.float32, repeats, tf32=True))
        results.append(linear(size, size, size, torch.bfloat16, repeats))
    results.append(linear(1, 16384, 4096, torch.bfloat16, repeats))
    for dtype in (torch.float32, torch.bfloat16):
        results.append(attention(4096, 16, 4, 128, dtype, repeats))
    protocol.write(path, f"PyTorch {torch.__version__} (cuBLAS, SDPA)", results)


if __name__ == "__main__":
    with torch.no_grad():
        main()
