#!/usr/bin/env bash
# Runs the operators' tests with every instruction set that the machine has, without AVX-512, without AVX2 (and FMA), and without any SIMD.
# Fingerprints of results stand in the tests, so the four runs prove the same bits, not only four times good ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build tests/Kernels.Tests -c Release -v quiet --nologo

run() {
  local title=$1
  shift
  printf '== %s\n' "$title"
  env "$@" dotnet test tests/Kernels.Tests -c Release --no-build --nologo
}

run "everything on" DOTNET_EnableAVX512=1
run "AVX-512 off" DOTNET_EnableAVX512=0
run "AVX2 off" DOTNET_EnableAVX2=0
run "no hardware intrinsics" DOTNET_EnableHWIntrinsic=0
