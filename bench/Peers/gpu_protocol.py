"""The protocol of `plamo-gpu bench`, for peers: three warm runs, every repeat timed by events on its own, operands rotated past twice the L2 cache.

Needs Python 3.9 and PyTorch with CUDA. Results have the same JSON form, so `plamo-gpu compare ours.json theirs.json` sets them side by side.
"""

import json
import statistics

import torch

WARM_UP = 3
MOST_SETS = 64


def l2_bytes():
    return max(torch.cuda.get_device_properties(0).L2_cache_size, 1 << 20)


def rotation(make):
    """Sets of operands, together more than twice the L2 cache."""
    sets, total = [], 0
    while not sets or (len(sets) < MOST_SETS and total < 2 * l2_bytes()):
        operands = make()
        sets.append(operands)
        total += sum(t.numel() * t.element_size() for t in operands)
    return sets


def measure(work, sets, repeats):
    """Seconds of each repeat."""
    for i in range(WARM_UP):
        work(*sets[i % len(sets)])
    torch.cuda.synchronize()
    seconds = []
    for i in range(repeats):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        work(*sets[(WARM_UP + i) % len(sets)])
        end.record()
        end.synchronize()
        seconds.append(1e-3 * start.elapsed_time(end))
    return seconds


def spread(values):
    quartiles = statistics.quantiles(values, n=4, method="inclusive")
    return (quartiles[2] - quartiles[0]) / statistics.median(values)


def result(name, shape, dtype, seconds, work, unit, note=None):
    """One line of the report; `work` is bytes or floating-point operations of a run."""
    median = statistics.median(seconds)
    scale = 1e-9 if unit == "GB/s" else 1e-12
    return {
        "name": name, "shape": shape, "dtype": dtype, "threads": 1, "median_ms": 1e3 * median, "spread": spread(seconds), "value": scale * work / median, "unit": unit,
        "baseline": None, "baseline_value": None, "ratio": None, "limit": None, "limit_value": None, "percent_of_limit": None, "target": None, "rounds": len(seconds),
        "note": note,
    }


def write(path, peer, results):
    """The report, in the form of `plamo-bench/1`."""
    report = {
        "schema": "plamo-bench/1", "device": f"{torch.cuda.get_device_name(0)}, CUDA {torch.version.cuda}", "cpu": "", "instruction_set": "", "processors": 1,
        "runtime": f"PyTorch {torch.__version__}", "operating_system": "", "revision": "", "peer": peer, "results": results,
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)
