#!/bin/sh
# Run tests on an emulated processor with AVX-512 (bochs), for machines that have none. It proves
# results, not speed. Build first (scripts/build.sh); takes a quarter of an hour of an idle core.
#   scripts/emulate-avx512.sh                   what computes: libs/dsp-* and the elements above it
#   scripts/emulate-avx512.sh libs/dsp-fir ...  these tests
#   BUILD=DIR    the build directory, default build
#   OFF=1        the system does not keep the wide registers: programs must do without them
#   KERNEL=FILE  a Debian kernel, default the newest /boot/vmlinuz-*-amd64
# The image and the log stay in BUILD/emulate. Not 0 when a test fails or did not run.
set -eu
[ -z "${KERNEL:-}" ] || KERNEL=$(realpath -m "$KERNEL")
cd "$(dirname "$0")/.."
build=$(realpath "${BUILD:-build}")
tests=${*:-libs/dsp-isas libs/dsp-scale libs/dsp-agree libs/dsp-spectrum elements/eegtovoltage
  elements/eegfilter elements/eegdownsample elements/eegmontage elements/eegspectrum
  elements/eegquality libs/dsp-kernels libs/dsp-fir libs/dsp-matrix libs/dsp-cascade
  libs/dsp-decimator}
options=
[ -z "${OFF:-}" ] || options=,avx512f
programs="$build/tests/check/test_"
gst=$(pkg-config --variable=pluginsdir gstreamer-1.0)

missing=
for p in $(scripts/deps.sh --emulate --list); do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
kernel=${KERNEL:-$(ls -v /boot/vmlinuz-*-amd64 2>/dev/null | tail -1)}
if [ -n "$missing" ]; then
  echo "emulate-avx512.sh: scripts/deps.sh --emulate installs what is missing:$missing" >&2
  exit 2
fi
if [ ! -r "$kernel" ]; then
  echo "emulate-avx512.sh: no Debian kernel ${KERNEL:-in /boot}. It need not be installed:" >&2
  echo "  apt-get download \$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends/ { print \$2 }')" >&2
  echo "  dpkg-deb -x linux-image-*.deb DIR; KERNEL=\$(echo DIR/boot/vmlinuz-*) scripts/emulate-avx512.sh" >&2
  exit 2
fi
for t in $tests; do
  p=$programs$(echo "$t" | tr /- __)
  [ -x "$p" ] || { echo "emulate-avx512.sh: no test $t: $p is not built" >&2; exit 2; }
done

# A system of nothing but the tests and what they load, under the paths they are built with.
work=$build/emulate${OFF:+-off}
root=$work/root
rm -rf "$work"
mkdir -p "$root/bin" "$root/proc" "$root/dev" "$root/tmp" "$work/iso"
cp /bin/busybox "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
add() { # FILES, with the libraries they need
  for f in "$@"; do
    [ -e "$root$f" ] || cp --parents -L "$f" "$root"
    ldd "$f" 2>/dev/null | awk '{ print $3 ~ /^\// ? $3 : $1 }' | grep ^/ | while read -r lib; do
      [ -e "$root$lib" ] || cp --parents -L "$lib" "$root"
    done
  done
}
cp --parents -r "$PWD/tests/golden" "$root"
for t in $tests; do
  add "$programs$(echo "$t" | tr /- __)"
done
for p in coreelements app audiotestsrc audioconvert audioresample volume wavparse; do
  [ ! -e "$gst/libgst$p.so" ] || add "$gst/libgst$p.so"
done
add "$build"/gst/*/libgst*.so

cat > "$root/init" <<END
#!/bin/sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
export PATH=/bin HOME=/tmp LC_ALL=C CK_DEFAULT_TIMEOUT=100000 GST_REGISTRY_FORK=no
export GST_REGISTRY_1_0=/tmp/registry.bin GST_PLUGIN_SYSTEM_PATH_1_0=$gst GST_PLUGIN_PATH_1_0="$build/gst"
has=\$(grep -m1 '^flags' /proc/cpuinfo | tr ' ' '\n' | grep -E '^(fma|avx2|avx512.*)\$' | tr '\n' ' ')
# Linux shows what it keeps for programs too.
echo "emulated:\$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2), usable: \$has"
for t in $(echo $tests); do
  echo "run \$t"
  if "$programs\$(echo \$t | tr /- __)" > /tmp/log 2>&1; then result=ok; else result=FAIL; fi
  grep -aE '%|:[EF]:|instruction sets' /tmp/log
  # Those that tell what they ran on must have run on it.
  case "${OFF:+off} \$(grep -a 'instruction sets' /tmp/log)" in
    off*avx512*) result=FAIL ;;
    off*|*avx512*|' ') ;;
    *) result=FAIL ;;
  esac
  [ \$result = ok ] || tail -30 /tmp/log
  echo "\$result \$t"
done
echo "end of tests"
poweroff -f
END
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) > "$work/iso/initrd"
cp "$kernel" "$work/iso/linux"
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$work/iso"
cat > "$work/iso/isolinux.cfg" <<END
default linux
prompt 0
label linux
  kernel linux
  # bochs 2.7 tells a wrong size of what XSAVES keeps; Linux then does without all of AVX
  append initrd=initrd rdinit=/init console=ttyS0,115200 loglevel=4 nokaslr mitigations=off lpj=1000000 tsc=reliable no_timer_check audit=0 random.trust_cpu=on clearcpuid=xsaves,xsavec$options
END
xorriso -as mkisofs -quiet -o "$work/tests.iso" -b isolinux.bin -c boot.cat -no-emul-boot \
  -boot-load-size 4 -boot-info-table "$work/iso" 2> "$work/xorriso.log"
cat > "$work/bochsrc" <<'END'
cpu: model=corei7_skylake_x, count=1, ips=50000000, reset_on_triple_fault=0
memory: guest=1024, host=1024
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
ata0-master: type=cdrom, path=tests.iso, status=inserted
boot: cdrom
display_library: term
com1: enabled=1, mode=file, dev=serial.log
log: bochs.log
clock: sync=none, time0=local
panic: action=fatal
error: action=report
info: action=ignore
debug: action=ignore
plugin_ctrl: speaker=0, parallel=0, gameport=0
END
echo continue > "$work/debugger" # Debian's bochs waits for orders

echo "booting; the tests report to $work/serial.log"
: > "$work/serial.log" > "$work/screen.log"
tail -f "$work/serial.log" &
tail=$!
(cd "$work" && TERM=xterm exec bochs -q -f bochsrc -rc debugger < /dev/null > screen.log 2>&1) &
bochs=$!
trap 'kill -9 $tail $bochs $drain 2> /dev/null || :' EXIT
trap 'exit 1' HUP INT TERM
# Its screen is a terminal of its own, whose reader it waits for.
drain= screen=
while kill -0 $bochs 2> /dev/null; do
  screen=$(sed -n 's/.*connected to screen "\(.*\)".*/\1/p' "$work/screen.log")
  [ -z "$screen" ] || break
  sleep 1
done
stty -F "$screen" raw -echo && cat "$screen" > /dev/null 2>&1 &
drain=$!
wait $bochs || :
sleep 1

failed=$(grep -ac '^FAIL' "$work/serial.log" || :)
passed=$(grep -ac '^ok ' "$work/serial.log" || :)
echo "$passed passed, $failed failed"
grep -aq '^end of tests' "$work/serial.log" || { echo "emulate-avx512.sh: it stopped early; see $work/*.log" >&2; exit 1; }
[ "$failed" = 0 ] && [ "$passed" = "$(echo $tests | wc -w)" ]
