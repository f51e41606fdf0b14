#!/usr/bin/env bash
# Runs the operators' tests with every instruction set that the machine has, without AVX-512, without AVX2 (and FMA), and without any SIMD.
# Golden outputs are written by the first run and must have the same bits in the other three.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build tests/Kernels.Tests -c Release -v quiet --nologo
bits=$(mktemp -d)
trap 'rm -rf "$bits"' EXIT

run() {
  local title=$1
  shift
  printf '== %s\n' "$title"
  env "$@" PLAMO_BITS_FOLDER="$bits" dotnet test tests/Kernels.Tests -c Release --no-build --nologo
}

run "everything on"
run "AVX-512 off" DOTNET_EnableAVX512=0
run "AVX2 off" DOTNET_EnableAVX2=0
run "no hardware intrinsics" DOTNET_EnableHWIntrinsic=0
