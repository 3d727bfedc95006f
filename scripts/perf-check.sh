#!/bin/sh
# Measures and prints the table; the numbers also go to BUILD/perf-check.json, and a
# picture of cost against size to BUILD/perf-check.svg. Where valgrind is installed,
# instructions are counted as well, which does not depend on how busy the machine is.
# Usage: scripts/perf-check.sh [build directory].
# EEG_DSP_ISA=baseline|ssse3|avx2|avx512 chooses what elements and curves run on; the
# kernels are measured on every instruction set of the machine in any case.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build" >/dev/null
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
echo "load: $(cut -d' ' -f1-3 /proc/loadavg), processor: ${cpu:-unknown}"
check=$build/tests/bench/perf-check
meson devenv -C "$build" tests/bench/perf-check perf-check.json | tee "$build/perf-check.txt"
isa=$(sed -n 's/^best instruction set: //p' "$build/perf-check.txt")
python3 scripts/perf-plot.py "$build/perf-check.json" "$build/perf-check.svg" "$isa, ${cpu:-unknown}"

# Two lengths: what their difference costs is neither start nor end of the program.
# The budgets are those of AVX2.
if command -v valgrind >/dev/null; then
  echo "instructions a value (callgrind, avx2)"
  count() {
    EEG_DSP_ISA=avx2 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
      "$check" --count "$1" "$2" 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
  }
  for budget in filter:13.9 fir:144 csv:21 unpack:1.3; do
    kernel=${budget%:*}
    values=$("$check" --count "$kernel" 1)
    awk -v k="$kernel" -v b="${budget#*:}" -v v="$values" -v x="$(count "$kernel" 2)" \
      -v y="$(count "$kernel" 12)" 'BEGIN { n = (y - x) / 10 / v
        printf "  %s  %s: %.2f, wanted at most %s\n", n <= b ? "PASS" : "MISS", k, n, b }'
  done
else
  echo "SKIP instruction counts: no valgrind"
fi
