#!/bin/sh
# Install every Debian 12 package that building, running and testing needs.
#   scripts/deps.sh           install what is missing (uses sudo when not root)
#   scripts/deps.sh --list    only print the package names
#   scripts/deps.sh --deep    also what scripts/deep.sh needs
#   scripts/deps.sh --peers   also what scripts/perf-check.sh compares with
#   scripts/deps.sh --emulate [--list]    also what scripts/emulate-avx512.sh needs, or print only that
set -eu

packages="
build-essential ccache clang-format gettext git meson ninja-build pkg-config
libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
libsoup-3.0-dev libjansson-dev
gobject-introspection libgirepository1.0-dev
python3 python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 gir1.2-gst-rtsp-server-1.0
python3-numpy python3-scipy python3-pandas python3-jsonschema python3-websockets
chromium chromium-driver locales procps
"
[ "${1:-}" != --deep ] || packages="$packages valgrind util-linux"
[ "${1:-}" != --peers ] || packages="$packages valgrind libsoxr-dev libsamplerate0-dev libedf-dev"
emulate="bochs bochs-term bochsbios vgabios isolinux syslinux-common xorriso cpio busybox-static"
if [ "$*" = "--emulate --list" ]; then
  echo $emulate
  exit 0
fi
[ "${1:-}" != --emulate ] || packages="$packages $emulate"
if [ "${1:-}" = --list ]; then
  echo $packages
  exit 0
fi

missing=
for p in $packages; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "deps.sh: no apt-get here. These packages (Debian 12 names) are needed:$missing" >&2
  exit 1
fi
root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "deps.sh: there is no sudo here. As root: apt-get install$missing" >&2; exit 1; }
  root=sudo
fi
echo "deps.sh: installing:$missing"
$root env DEBIAN_FRONTEND=noninteractive apt-get -q update
$root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing
