#!/usr/bin/env bash
# Unpacks NVIDIA's assembler and disassemblers (ptxas, nvdisasm, cuobjdump) out of Debian's package nvidia-cuda-toolkit 12.4 into the ignored folder
# .tools/cuda-12.4 of this repository. Nothing is installed. The tests in tests/Assembly.Tests find them there; PLAMO_CUDA_TOOLS names another folder.
#
#   scripts/get-cuda-assembler.sh                   the assembler (87 MB to download, 80 MB unpacked)
#   scripts/get-cuda-assembler.sh --with-compiler   nvcc as well, with its headers (934 MB more to download); only scripts/compile-cuda-tests.sh needs it
#
# The archive's host comes from the machine's own apt configuration; the files are pinned by their hashes. A folder that is complete is left as it is.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=$root/.tools/cuda-12.4

# path in the archive, size in bytes, sha256
toolkit=(pool/non-free/n/nvidia-cuda-toolkit/nvidia-cuda-toolkit_12.4.131~12.4.1-2_amd64.deb 87240108 cd5fe85aee38d108b315f408a688641478f2402622a10c677478eb7a6c4e5319)
headers=(pool/non-free/n/nvidia-cuda-toolkit/nvidia-cuda-dev_12.4.127~12.4.1-2_amd64.deb 933853452 d846838f914a0176948d48a8bcade5d6dbcccb5c9374343f6475f5503f173ee0)
library=(pool/main/c/cccl/libcu++-dev_2.3.2-2_all.deb 765284 30e911c1909265591b5ea793df0e49e56bed631238b68b3e75c97590c4985686)

fail() {
  printf 'get-cuda-assembler: %s\n' "$*" >&2
  exit 1
}

with_compiler=no
case "${1-}" in
  '') ;;
  --with-compiler) with_compiler=yes ;;
  -h | --help) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) fail "unknown option '$1'; there is only --with-compiler" ;;
esac

# The stamp is the last file written, so a folder that has it is whole; it lists the packages that are inside.
stamp=$target/packages.txt
has() { [ -f "$stamp" ] && grep -qF "$1" "$stamp"; }
complete() { has "${toolkit[2]}" && { [ "$with_compiler" = no ] || { has "${headers[2]}" && has "${library[2]}"; }; }; }
if complete; then
  echo "$target is complete"
  exit 0
fi

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "the packages hold programs for Linux on x86-64; this machine is $(uname -s) on $(uname -m)"
command -v dpkg-deb > /dev/null || { command -v ar > /dev/null && command -v xz > /dev/null; } || fail "dpkg-deb, or ar and xz, are needed to unpack a Debian package"

# Every http(s) address of the machine's apt configuration, in both of its formats; those whose path ends in /debian are the archive and come first.
archives() {
  local list=/etc/apt/sources.list parts=/etc/apt/sources.list.d all
  if command -v apt-config > /dev/null; then
    eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
  fi
  all=$(
    shopt -s nullglob
    for file in "$list" "${parts%/}"/*.list; do
      [ -f "$file" ] && sed -nE 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]+)?(https?:[^[:space:]]+).*/\2/p' "$file"
    done
    for file in "${parts%/}"/*.sources; do
      awk 'tolower($0) ~ /^uris:/ { on = 1; sub(/^[^:]*:/, "") } /^[^ \t#]/ && !/^[ \t]*https?:/ { on = 0 } on' "$file" | grep -oE 'https?:[^[:space:]]+' || true
    done
  ) || true
  all=$(sed 's,/*$,,' <<< "$all")
  { grep -E '/debian$' <<< "$all" || true; grep -vE '/debian$|security|^$' <<< "$all" || true; } | awk '!seen[$0]++'
}

# download ADDRESS FILE: apt's own client first, since it knows the machine's proxy and credentials.
download() {
  if [ -x /usr/lib/apt/apt-helper ]; then
    /usr/lib/apt/apt-helper download-file "$1" "$2" > /dev/null 2>&1
  elif command -v curl > /dev/null; then
    curl -fsSL --retry 2 --connect-timeout 20 -o "$2" "$1" 2> /dev/null
  elif command -v wget > /dev/null; then
    wget -q --tries 2 --timeout 20 -O "$2" "$1" 2> /dev/null
  else
    fail "apt, curl or wget is needed to download"
  fi
}

mkdir -p "$root/.tools"
work=$(mktemp -d "$root/.tools/.unpacking.XXXXXX")
trap 'rm -rf "$work"' EXIT

# fetch PATH SIZE SHA256: the verified package is $work/package.deb.
fetch() {
  local tried=0 archive found
  while read -r archive; do
    tried=$((tried + 1))
    rm -f "$work/package.deb"
    download "$archive/$1" "$work/package.deb" && [ -s "$work/package.deb" ] || continue
    found=$(sha256sum "$work/package.deb" | cut -d' ' -f1)
    [ "$found" = "$3" ] || fail "$(basename "$1"): expected sha256 $3 ($2 bytes), found $found ($(stat -c %s "$work/package.deb") bytes)"
    return
  done < <(archives)
  [ "$tried" -gt 0 ] || fail "no Debian archive in this machine's apt configuration to take $(basename "$1") from"
  fail "cannot download $1 from any of the $tried archives in this machine's apt configuration (no network, or none of them has Debian's non-free section)"
}

# unpack FOLDER MEMBER...: those members of the package, below FOLDER.
unpack() {
  local folder=$1
  shift
  mkdir -p "$folder"
  if command -v dpkg-deb > /dev/null; then
    dpkg-deb --fsys-tarfile "$work/package.deb"
  else
    ar p "$work/package.deb" data.tar.xz | xz -dc
  fi | tar -x -C "$folder" --no-same-owner --wildcards "$@" || fail "$(basename "$1"): the package does not unpack"
  rm -f "$work/package.deb"
}

echo "fetching ptxas, nvdisasm and cuobjdump 12.4 ..."
fetch "${toolkit[@]}"
members=(./usr/bin/ptxas ./usr/bin/nvdisasm ./usr/bin/cuobjdump)
if [ "$with_compiler" = yes ]; then
  members+=(./usr/bin/cudafe++ ./usr/bin/fatbinary ./usr/lib/nvidia-cuda-toolkit/bin ./usr/lib/nvidia-cuda-toolkit/libdevice ./usr/include/nvvm.h)
fi
unpack "$work/toolkit" "${members[@]}"
tree=$work/tree
mkdir -p "$tree/bin"
mv "$work/toolkit/usr/bin/"* "$tree/bin/"
printf '%s\n' "${toolkit[0]##*/} ${toolkit[2]}" > "$work/packages.txt"

if [ "$with_compiler" = yes ]; then
  echo "fetching the headers of nvcc 12.4 ..."
  fetch "${headers[@]}"
  unpack "$work/headers" './usr/include/*'
  mv "$work/headers/usr/include" "$tree/include"
  mv "$work/toolkit/usr/lib/nvidia-cuda-toolkit/bin/nvcc" "$work/toolkit/usr/lib/nvidia-cuda-toolkit/bin/cicc" "$tree/bin/"
  mv "$work/toolkit/usr/lib/nvidia-cuda-toolkit/libdevice" "$tree/libdevice"
  # nvcc reads this file beside itself: where its parts are, relative to its own place.
  printf '%s\n' 'TOP = $(_HERE_)/..' 'NVVMIR_LIBRARY_DIR = $(TOP)/libdevice' 'PATH += $(_HERE_):' 'INCLUDES += "-I$(TOP)/include"' > "$tree/bin/nvcc.profile"
  fetch "${library[@]}"
  unpack "$work/library" './usr/include/*'
  cp -r "$work/library/usr/include/." "$tree/include/"
  printf '%s\n' "${headers[0]##*/} ${headers[2]}" "${library[0]##*/} ${library[2]}" >> "$work/packages.txt"
fi

"$tree/bin/ptxas" --version > /dev/null 2>&1 || fail "the unpacked ptxas does not run on this machine"
mv "$work/packages.txt" "$tree/packages.txt"

# Two runs at once: whichever comes second finds the folder complete and throws its own away.
[ ! -e "$target" ] || complete || mv -T "$target" "$work/old"
mv -T "$tree" "$target" 2> /dev/null || complete || fail "cannot put the folder at $target"
echo "$target is complete"
