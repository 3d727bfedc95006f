#!/bin/sh
# Install what is missing, configure once, compile.
#   scripts/build.sh [BUILD_DIR]      default: build
# A build directory that an older or moved source tree left behind is set up anew.
set -eu
cd "$(dirname "$0")/.."
dir=${1:-build}
scripts/deps.sh

configure() {
  CC="${CC:-ccache gcc}" meson setup "$dir"
}
if [ -e "$dir" ] && [ ! -e "$dir/meson-private" ] && [ -n "$(ls -A "$dir")" ]; then
  echo "build.sh: $dir is there and is no build directory; move it away or name another one" >&2
  exit 1
fi
# Bringing build.ninja up to date fails where the directory is damaged.
if [ ! -f "$dir/build.ninja" ] || ! ninja -C "$dir" build.ninja >/dev/null 2>&1; then
  [ ! -e "$dir/meson-private" ] || { echo "build.sh: $dir cannot be used as it is: setting it up anew"; rm -rf "$dir"; }
  configure
fi
ninja -C "$dir"
