#!/bin/sh
# Install what is missing, build, and run the alpha graph on the simulated chip:
# prints the address of the live view and records to a new CSV file.
#   scripts/alpha.sh [EEG_LAUNCH_OPTION...]      e.g. --duration 10
set -eu
cd "$(dirname "$0")/.."
scripts/build.sh build
exec meson devenv -C build -w "$PWD" eeg-launch alpha "$@"
