#!/bin/sh
# Measures and prints the table; the numbers also go to BUILD/perf-check.json, and a
# picture of cost against size and rate to BUILD/perf-check.svg. Where valgrind is
# installed, instructions are counted as well, which does not depend on how busy the
# machine is. Peers are measured where they are installed: scripts/deps.sh --peers, then
# configure again.
# Usage: scripts/perf-check.sh [--quick] [build directory].
# EEG_DSP_ISA=baseline|ssse3|avx2|avx512 chooses what elements and curves run on; the
# kernels are measured on every instruction set of the machine in any case.
set -eu
cd "$(dirname "$0")/.."
quick=
[ "${1:-}" != --quick ] || { quick=--quick; shift; }
build=${1:-build}
[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build" >/dev/null
# shellcheck disable=SC2086
meson devenv -C "$build" tests/bench/perf-check $quick perf-check.json | tee "$build/perf-check.txt"
python3 scripts/perf-plot.py "$build/perf-check.json" "$build/perf-check.svg"
