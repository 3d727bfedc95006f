#!/bin/bash
# The deep tests: long runs, sanitizers, valgrind, every option off.
#   scripts/deep.sh              all parts, one after the other (about an hour on two cores)
#   scripts/deep.sh PART...      only these: deep asan tsan valgrind options
# EEG_DEEP_QUICK=1 shortens what has a length. The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/.."
parts=${*:-deep asan tsan valgrind options}
for part in $parts; do
  case $part in
    deep | asan | tsan | valgrind | options) ;;
    *) echo "deep.sh: no part \"$part\"; there are: deep asan tsan valgrind options" >&2; exit 2 ;;
  esac
done
scripts/deps.sh --deep || exit 1
if [ "${EEG_DEEP_QUICK:-0}" = 1 ]; then
  export EEG_REALTIME_SECONDS=5 EEG_DISCONNECTS=100 EEG_STALLED_SECONDS=5 EEG_KILLS=5 EEG_IDLE_SECONDS=20 EEG_RESTARTS=5
fi
passed=0
failed=0

# count DIR: adds the single checks of the last test run there
count() {
  local line
  # with a wrapper the log has the wrapper's name in its own
  # shellcheck disable=SC2012
  line=$(python3 scripts/count-tests.py "$(ls -t "$1"/meson-logs/testlog*.json | head -1)" | tee /dev/stderr | tail -1)
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    failed=$((failed + 1))
  fi
}

# silent DIR: any report of a sanitizer in the last log fails, whatever became of the test
silent() {
  local reports
  # shellcheck disable=SC2012
  reports=$(grep -aEc 'WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer|runtime error:' \
    "$(ls -t "$1"/meson-logs/testlog*.txt | head -1)")
  [ "$reports" = 0 ] || { failed=$((failed + 1)); echo "failed: $reports reports of the sanitizer in $1/meson-logs"; }
}

# build DIR OPTION...: configures once, compiles
build() {
  local dir=$1
  shift
  [ -f "$dir/build.ninja" ] || CC="${CC:-ccache gcc}" meson setup "$dir" -Dbench=disabled "$@" >"$dir.log" 2>&1 ||
    { cat "$dir.log"; rm -f "$dir.log"; failed=$((failed + 1)); echo "failed: $dir does not configure"; return 1; }
  rm -f "$dir.log"
  ninja -C "$dir" >"$dir/ninja.log" 2>&1 || { tail -20 "$dir/ninja.log"; failed=$((failed + 1)); echo "failed: $dir does not build"; return 1; }
}

# own_tests DIR: the tests that are programs of ours; Python and gst-launch-1.0 are
# not built with a sanitizer and cannot load what is.
own_tests() {
  meson introspect --tests "$1" | python3 -c '
import json, os, sys
for t in json.load(sys.stdin):
    if t["cmd"][0].startswith(os.path.realpath(sys.argv[1]) + os.sep):
        print(t["name"])' "$1"
}

for part in $parts; do
  echo "=== $part"
  case $part in
    deep)
      scripts/build.sh build || { failed=$((failed + 1)); continue; }
      meson test -C build --no-rebuild --print-errorlogs --suite deep
      count build
      ;;
    asan)
      build build-asan -Db_sanitize=address,undefined -Db_lundef=false -Dintrospection=disabled || continue
      # The scanner of plugins and the LD_PRELOAD of some tests are not built with it. The
      # first run scans every plugin of the machine, whose leaks are not ours, and writes the registry.
      GST_REGISTRY_FORK=no ASAN_OPTIONS=detect_leaks=0 meson test -C build-asan --setup all --no-rebuild -t 10 generic/states >/dev/null
      GST_REGISTRY_FORK=no UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
        ASAN_OPTIONS=verify_asan_link_order=0:fast_unwind_on_malloc=0 CK_TIMEOUT_MULTIPLIER=10 \
        meson test -C build-asan --setup all --no-rebuild --print-errorlogs -t 10 $(own_tests build-asan)
      count build-asan
      silent build-asan
      ;;
    tsan)
      build build-tsan -Db_sanitize=thread -Db_lundef=false -Dintrospection=disabled || continue
      # glibsync tells the sanitizer of the locks inside GLib
      sync="$PWD/tests/deep/with-glibsync.sh $PWD/build-tsan/tests/deep/libeegglibsync.so"
      export GST_REGISTRY_FORK=no G_SLICE=always-malloc CK_TIMEOUT_MULTIPLIER=10
      meson test -C build-tsan --setup all --no-rebuild -t 15 --wrapper "$sync" generic/states >/dev/null
      meson test -C build-tsan --setup all --no-rebuild --print-errorlogs -t 15 --wrapper "$sync" $(own_tests build-tsan)
      unset GST_REGISTRY_FORK G_SLICE CK_TIMEOUT_MULTIPLIER
      count build-tsan
      silent build-tsan
      # silence is worth something only as long as it still sees
      for kind in counter freed streams; do
        if TSAN_OPTIONS="suppressions=$PWD/tests/deep/tsan.supp" GST_REGISTRY_FORK=no GST_REGISTRY_1_0=build-tsan/tests/registry.bin \
          $sync build-tsan/tests/deep/planted-races $kind 2>&1 | grep -q 'ThreadSanitizer: data race.*planted-races'; then
          passed=$((passed + 1))
        else
          failed=$((failed + 1)); echo "failed: the sanitizer does not see the planted race \"$kind\""
        fi
      done
      ;;
    valgrind)
      # Without forks, so that what valgrind sees is one run; leaks, and the arithmetic of dsp/, are the sanitizer's part.
      CK_FORK=no CK_DEFAULT_TIMEOUT=0 G_SLICE=always-malloc GST_REGISTRY_FORK=no \
        meson test -C build --no-rebuild --print-errorlogs -t 40 --wrapper \
        "valgrind --quiet --error-exitcode=9 --leak-check=no --suppressions=$PWD/tests/deep/valgrind.supp" \
        $(own_tests build | grep -v -e '-avx' -e '-baseline' -e 'libs/dsp-')
      count build
      ;;
    options)
      scripts/options.sh
      if [ $? = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
      ;;
  esac
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
