#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The disk fills up under a recording: it is told within a second of signal, the
viewer goes on without a gap, the file stays whole; with space again the recorder
goes on and every missing sample is accounted for. Rotation loses nothing.
"""
import os
import subprocess
import sys
import tempfile
import time

from rig import Host, Viewer, sample_column, sidecar, skip, wait
import numpy as np

RATE, CHANNELS = 4000, 32
SOURCE = f"eegtestsrc name=src is-live=true wave=counter channels={CHANNELS} rate={RATE} ! tee name=t "
BRANCH = "t. ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=4000000000 ! "
VIEW = BRANCH + "websocketsink name=view port=0 "


# In memory, and one that gives room ahead of the rows (for which the kernel
# wants a real root).
MOUNTS = {
    "tmpfs": "mount -t tmpfs -o size=3m eeg-small \"$0\"",
    "ext4": "truncate -s 9m \"$0.image\" && /sbin/mkfs.ext4 -q -m 0 -O ^has_journal \"$0.image\" && "
            "mount -o loop \"$0.image\" \"$0\" && rm -rf \"$0/lost+found\"",
}


def on_small_disk(kind):
    """Runs this program again where a small file system is mounted; None: there can be none."""
    root = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-U", "-r", "-m"]
    mount = MOUNTS[kind] + " && shift 0 && exec \"$@\""
    with tempfile.TemporaryDirectory() as folder:
        disk = os.path.join(folder, "disk")
        os.mkdir(disk)
        probe = subprocess.run([*root, "sh", "-c", mount, disk, "true"], capture_output=True, text=True)
        if probe.returncode:
            print(f"no small {kind} can be mounted here: " + probe.stderr.strip())
            return None
        print(f"on {kind}:")
        return subprocess.run([*root, "sh", "-c", mount, disk, sys.executable, os.path.abspath(__file__), disk]).returncode


def disk_full(disk, go_on):
    path = os.path.join(disk, "r.csv")
    text = SOURCE + BRANCH + f"csvsink name=rec location={path} on-full={'continue' if go_on else 'stop'} " + VIEW
    with tempfile.TemporaryDirectory() as folder:
        host = Host(text, folder)
        try:
            viewer = Viewer(host.port(), {"from": 0})
            wait(lambda: host.warnings or host.errors or host.ended, "word that the disk is full")
            trouble = host.warnings if go_on else host.errors
            assert len(trouble) == 1 and len(host.warnings + host.errors) == 1, (host.warnings, host.errors)
            assert "full" in trouble[0][1] or "space" in trouble[0][1], trouble
            print("told:", trouble[0][1])
            if go_on:
                rows_then, frames_then = host.get("rec", "rows"), viewer.frames
                free = os.statvfs(disk)
                assert free.f_bavail * free.f_frsize < 200000, "told although there is room"
                # streaming goes on
                wait(lambda: viewer.frames > frames_then + RATE, "the viewer to go on")
                assert host.get("rec", "rows") <= rows_then + RATE, "rows without room for them"
                before, whole = sample_column(path)
                assert whole and (np.diff(before) == 1).all()
                os.remove(os.path.join(disk, "ballast"))
                rows_full = host.get("rec", "rows")
                wait(lambda: host.get("rec", "rows") > rows_full + RATE // 2 or host.ended, "rows after there was room")
            host.finish()
            viewer.join(30)
        finally:
            host.kill()
        rows, whole = sample_column(path)
        about = sidecar(path)
    assert whole, "the last line is torn"
    assert (np.diff(rows) > 0).all() and about["rows"] == len(rows), about
    if go_on:
        missing = rows[-1] - rows[0] + 1 - len(rows)
        assert missing > 0 and about["lost"] == missing == sum(g["lost"] for g in about["gaps"]), (missing, about["gaps"])
        assert all(g["cause"] == "disk" for g in about["gaps"]), about["gaps"]
        assert (viewer.gaps, viewer.lost, viewer.missed) == (0, 0, 0) and viewer.next >= rows[-1] + 1
        print(f"{len(rows)} rows, {missing} lost to the disk and accounted, viewer {viewer.frames} without a gap")
    else:
        assert (np.diff(rows) == 1).all() and about["ended"] == "error", about
        print(f"{len(rows)} rows, stopped")
    for name in os.listdir(disk):
        os.remove(os.path.join(disk, name))


def rotation():
    """Files of a second: their rows together are the stream, none twice, none missing."""
    with tempfile.TemporaryDirectory() as folder:
        host = Host(SOURCE + BRANCH + "csvsink name=rec location=r.csv max-duration=1000000000 " + VIEW, folder)
        try:
            viewer = Viewer(host.port(), {"from": 0})
            wait(lambda: host.get("rec", "rows") > 3.5 * RATE or host.ended, "three files and a half")
            stats = host.finish()
            viewer.join(30)
        finally:
            host.kill()
        files = sorted(n for n in os.listdir(folder) if n.endswith(".csv"))
        parts = [sample_column(os.path.join(folder, n)) for n in files]
        assert len(files) >= 4 and all(whole for _, whole in parts), files
        rows = np.concatenate([p[0] for p in parts])
        assert (rows == np.arange(len(rows))).all() and len(rows) == stats["src"]["produced"], (len(rows), stats)
        assert all(len(p[0]) == RATE for p in parts[:-1]), [len(p[0]) for p in parts]
        assert all(sidecar(os.path.join(folder, n))["complete"] for n in files)
        assert viewer.frames == len(rows) and viewer.gaps == 0
        print(f"{len(files)} files, {len(rows)} rows")


def main():
    if len(sys.argv) < 2:
        codes = [code for code in map(on_small_disk, MOUNTS) if code is not None]
        return max(codes) if codes else skip("no small file system")
    disk = sys.argv[1]
    assert os.path.ismount(disk)
    rotation()
    disk_full(disk, False)
    with open(os.path.join(disk, "ballast"), "wb") as f:
        f.write(bytes(2 << 20))
    disk_full(disk, True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
