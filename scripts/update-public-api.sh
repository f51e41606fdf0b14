#!/usr/bin/env bash
# Rewrites PublicAPI.Unshipped.txt of every shipped library from what the analyzer says is missing or gone. Read the diff: it is the change of the public surface.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for folder in Engine Engine/Compilation Kernels Kernels/Compiled Autograd Runtime Training; do
  file=$folder/PublicAPI.Unshipped.txt
  printf '#nullable enable\n' > "$file"
  project=$(ls "$folder"/PlamoNative.*.csproj)
  # The analyzer quotes each symbol exactly as the file must spell it.
  symbols=$(dotnet build "$project" -c Release --no-incremental -v quiet --nologo -p:TreatWarningsAsErrors=false 2>&1 |
    sed -nE "s/.*RS0016: Symbol '(.*)' is not part of the declared public API.*/\1/p" | LC_ALL=C sort -u || true)
  if [ -n "$symbols" ]; then
    printf '%s\n' "$symbols" >> "$file"
  fi
  echo "$file: $(($(wc -l < "$file") - 1)) members"
done
