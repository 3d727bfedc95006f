#!/bin/sh
# Every build option switched off alone, all off, and all insisted on: each of
# these configures; the first and the last two are also compiled.
#   scripts/options.sh [--configure-only]
set -u
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0
names=$(sed -n "s/^option('\([^']*\)', type : 'feature'.*/\1/p" meson_options.txt)
try() { # NAME COMPILE OPTION...
  name=$1; compile=$2; shift 2
  if ! CC="${CC:-ccache gcc}" meson setup "$dir/b" "$@" >"$dir/log" 2>&1; then
    echo "failed: $name does not configure"; grep -E 'ERROR' "$dir/log"; bad=$((bad + 1))
  elif [ "$compile" = 1 ] && ! ninja -C "$dir/b" >"$dir/log" 2>&1; then
    echo "failed: $name does not compile"; tail -5 "$dir/log"; bad=$((bad + 1))
  else
    echo "ok: $name"
  fi
  rm -rf "$dir/b"
}
compile=1
[ "${1:-}" = --configure-only ] && compile=0
for n in $names; do
  # without one plugin the libraries and the rest still build
  try "$n=disabled" 0 -D"$n"=disabled
done
try "everything off" $compile $(for n in $names; do printf -- '-D%s=disabled ' "$n"; done)
try "everything insisted on" $compile $(for n in $names; do printf -- '-D%s=enabled ' "$n"; done)
[ $bad = 0 ]
