#!/bin/sh
# The one formatter: rewrites C sources in place, or with --check only looks.
set -eu
cd "$(dirname "$0")/.."
# Outside a repository of our own (a tarball) every source is looked at.
files=
[ ! -e .git ] || files=$(git ls-files --cached --others --exclude-standard '*.c' '*.h' 2>/dev/null) || files=
[ -n "$files" ] || files=$(find gst gst-libs ext tools tests examples -name '*.[ch]')
if [ "${1:-}" = --check ]; then
  # shellcheck disable=SC2086
  clang-format --dry-run --Werror $files
else
  # shellcheck disable=SC2086
  clang-format -i $files
fi
