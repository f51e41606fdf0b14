#!/usr/bin/env bash
# Packs one archive that checks and measures the GPU kernels on any 64-bit Linux machine with an NVIDIA driver: no .NET, no ICU, nothing to install there.
#   scripts/gpu-bundle.sh [ARCHIVE]        the archive's name; artifacts/plamo-gpu-linux-x64.tar.xz unless given
# There:  tar xf plamo-gpu-linux-x64.tar.xz && plamo-gpu/plamo-gpu selftest && plamo-gpu/plamo-gpu bench --json result.json
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
archive=${1:-artifacts/plamo-gpu-linux-x64.tar.xz}
limit=$((45 * 1000 * 1000))
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT

dotnet publish bench/Gpu/PlamoNative.Bench.Gpu.csproj -c Release -r linux-x64 --self-contained true -v quiet --nologo \
  -p:InvariantGlobalization=true -p:DebugType=none -p:GenerateDocumentationFile=false -o "$staging/plamo-gpu"
# Diagnostics of the runtime that no measurement needs.
rm -f "$staging"/plamo-gpu/{createdump,libmscordbi.so,libmscordaccore.so,libclrgcexp.so} "$staging"/plamo-gpu/*.xml "$staging"/plamo-gpu/ILGPU*.dll
mkdir "$staging/plamo-gpu/peers" && cp bench/Peers/*.py "$staging/plamo-gpu/peers"
mkdir -p "$(dirname "$archive")"
tar -C "$staging" --owner=0 --group=0 -cJf "$archive.partial" plamo-gpu
size=$(stat -c %s "$archive.partial")
if [ "$size" -gt "$limit" ]; then
  rm -f "$archive.partial"
  echo "the archive has $size bytes, more than $limit" >&2
  exit 1
fi
mv "$archive.partial" "$archive"
echo "$archive: $size bytes"
