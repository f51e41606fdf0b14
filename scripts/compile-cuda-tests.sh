#!/usr/bin/env bash
# Compiles the CUDA C++ kernels of tests/PtxEmulator.Tests/Cuda/Sources to the PTX that is kept beside them as test data. Needed only after a source has changed:
# the tests read the PTX. nvcc 12.4 comes by scripts/get-cuda-assembler.sh --with-compiler; a g++ of at most version 13 must be on the machine.
#
#   scripts/compile-cuda-tests.sh           compiles all of them
#   scripts/compile-cuda-tests.sh --check   says which PTX would change, and changes nothing
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case "${1-}" in
  '' | --check) ;;
  *) printf 'compile-cuda-tests: unknown option %s; there is only --check\n' "$1" >&2; exit 1 ;;
esac

"$root/scripts/get-cuda-assembler.sh" --with-compiler > /dev/null
tools=$root/.tools/cuda-12.4/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The architecture each is written for; the others are portable from sm_75 on and compiled for sm_80.
architecture() {
  case $1 in
    wgmma_matmul | tensor_transpose | bulk_copy | cluster_histogram) echo sm_90a ;;
    fp8_matmul) echo sm_89 ;;
    *) echo sm_80 ;;
  esac
}

cd "$root/tests/PtxEmulator.Tests/Cuda/Sources"
changed=0
for source in *.cu; do
  name=${source%.cu}
  arch=$(architecture "$name")
  "$tools/nvcc" -ptx -std=c++17 -arch="$arch" "$source" -o "$work/$name.ptx"
  # What nvcc wrote must be what the assembler takes.
  "$tools/ptxas" -arch="$arch" "$work/$name.ptx" -o /dev/null 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
  if ! cmp -s "$work/$name.ptx" "$name.ptx"; then
    changed=$((changed + 1))
    echo "$name.ptx ($arch) differs"
    [ "${1-}" = --check ] || cp "$work/$name.ptx" "$name.ptx"
  fi
done
echo "$changed files changed"
[ "${1-}" != --check ] || [ "$changed" -eq 0 ]
