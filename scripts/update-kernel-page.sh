#!/usr/bin/env bash
# Writes docs/kernels.md and Kernels/Compiled/assembly.json from what the assembler says of every shipped kernel. Run it after a kernel has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/get-cuda-assembler.sh
PLAMO_REQUIRE_PTXAS=1 PLAMO_WRITE_KERNEL_PAGE=1 dotnet test tests/Assembly.Tests -c Release --nologo --filter 'FullyQualifiedName~KernelPageTests'
git --no-pager diff --stat -- docs/kernels.md Kernels/Compiled/assembly.json
