#!/bin/sh
# Install what is missing, configure once, compile.
#   scripts/build.sh [BUILD_DIR]      default: build
set -eu
cd "$(dirname "$0")/.."
dir=${1:-build}
scripts/deps.sh
[ -f "$dir/build.ninja" ] || CC="${CC:-ccache gcc}" meson setup "$dir"
ninja -C "$dir"
