#!/bin/sh
# Compiles each C file beside this script to WebAssembly, and writes it to the module that the first line of the file names.
# README.md says what it needs.
#
#     build/kernels/build.sh [NAME…]    NAME: a file without .c; all of them if none is given

set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

if [ $# -eq 0 ]; then
  for source in "$here"/*.c; do set -- "$@" "$(basename "$source" .c)"; done
fi

for name in "$@"; do
  target=$(sed -n '1s,^// Compiled to \(.*\)\.$,\1,p' "$here/$name.c")
  [ -n "$target" ] || { echo "$name.c: the first line does not say what it is compiled to" >&2; exit 1; }
  clang-14 --target=wasm32 -mbulk-memory -std=gnu11 -Os -Wall -Wextra -Werror -ffreestanding -nostdlib \
    -Wl,--no-entry,--strip-all,--stack-first,-z,stack-size=16384 "$here/$name.c" -o "$work/$name.wasm"
  {
    echo "// build/kernels/$name.c in WebAssembly. Made by build/kernels/build.sh."
    echo
    echo "/** The bytes of the module, in base64. */"
    echo "export const $(echo "$name" | tr 'a-z-' 'A-Z_')_MODULE ="
    printf '  "%s";\n' "$(base64 -w 0 "$work/$name.wasm")"
  } > "$root/$target"
  echo "$name: $(wc -c < "$work/$name.wasm") bytes, sha256 $(sha256sum "$work/$name.wasm" | cut -d ' ' -f 1)"
done
