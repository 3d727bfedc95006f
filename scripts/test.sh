#!/bin/sh
# Install what is missing, build and run the tests.
# The last line is "N passed, N failed" (single test cases, not files).
#   scripts/test.sh [MESON_TEST_ARGUMENT...]
set -u
cd "$(dirname "$0")/.."
scripts/build.sh build || { echo "0 passed, 1 failed"; exit 1; }
scripts/format.sh --check
format=$?
meson test -C build --no-rebuild --print-errorlogs "$@"
python3 scripts/count-tests.py build/meson-logs/testlog.json "$format"
