#!/bin/sh
# Measures and prints the table; the numbers also go to BUILD/perf-check.json.
# Usage: scripts/perf-check.sh [build directory]. EEG_DSP_ISA=baseline|ssse3|avx2|avx512
# forces an instruction set.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build" >/dev/null
echo "load: $(cut -d' ' -f1-3 /proc/loadavg), processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
exec meson devenv -C "$build" tests/bench/perf-check perf-check.json
