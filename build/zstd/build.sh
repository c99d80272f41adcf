#!/bin/sh
# Compiles the decompressor of Zstandard to WebAssembly, and writes it to app/decoder/archive/compression/zstd-module.ts. README.md says
# what it needs.
#
#     build/zstd/build.sh [SOURCES]    SOURCES: the unpacked source package of libzstd; fetched if it is not given

set -eu

VERSION=1.5.4+dfsg2-5
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

sources=${1:-}
if [ -z "$sources" ]; then
  (cd "$work" && apt-get source --only-source "libzstd=$VERSION" > apt.log)
  sources=$(echo "$work"/libzstd-*/)
fi
grep -q "($VERSION)" "$sources/debian/changelog" || { echo "$sources is not libzstd $VERSION" >&2; exit 1; }

# Limits of the memory: the window of 128 MiB, and what else the module holds.
clang-14 --target=wasm32 -mbulk-memory -std=gnu99 -O2 -DNDEBUG -ffreestanding -nostdlib \
  -I "$sources/lib" -I "$sources/lib/common" \
  -Wl,--no-entry,--strip-all,--stack-first,-z,stack-size=65536,--max-memory=142606336 \
  "$here/unpack.c" -o "$work/zstd.wasm"

{
  echo "/*!"
  echo " * zstd ${VERSION%%+*} in WebAssembly."
  sed 's/^./ * &/; s/^$/ */' "$sources/LICENSE"
  echo " */"
  echo
  echo "// Made by build/zstd/build.sh."
  echo
  echo "/** The bytes of the module, in base64. */"
  echo "export const ZSTD_MODULE ="
  printf '  "%s";\n' "$(base64 -w 0 "$work/zstd.wasm")"
} > "$here/../../app/decoder/archive/compression/zstd-module.ts"

echo "$(wc -c < "$work/zstd.wasm") bytes, sha256 $(sha256sum "$work/zstd.wasm" | cut -d ' ' -f 1)"
