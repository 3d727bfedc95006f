#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The alpha graph as eeg-launch runs it, with one viewer, left alone: memory, open
files and threads stand still. EEG_IDLE_SECONDS sets how long (600).
"""
import os
import re
import signal
import subprocess
import tempfile
import time

from rig import Host, Viewer, setting, wait

SECONDS = setting("EEG_IDLE_SECONDS", 600.0)


def main():
    with tempfile.TemporaryDirectory() as folder:
        tool = subprocess.Popen([os.environ["EEG_LAUNCH"], "alpha", "--set", "view.port=0", "--stats"], cwd=folder, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", tool.stdout.readline())[1])
            watch = Host.__new__(Host)  # only what the kernel says
            watch.pid = tool.pid
            viewer = Viewer(port)
            # the ring holds 30 s; after that nothing has a reason to grow
            settle = min(40.0, SECONDS / 2)
            wait(lambda: viewer.frames > settle * 250 or viewer.error, "the start", settle + 60)
            first = (watch.rss(), watch.fds(), sorted(watch.threads().values()))
            seen = []
            end = time.monotonic() + SECONDS - settle
            while time.monotonic() < end:
                time.sleep(min(5, SECONDS / 10))
                assert tool.poll() is None, tool.stderr.read()
                seen.append((watch.rss(), watch.fds(), len(watch.threads())))
            last = (watch.rss(), seen[-1][1], sorted(watch.threads().values()))
            frames = viewer.frames
            tool.send_signal(signal.SIGTERM)
            out, err = tool.communicate(timeout=60)
            viewer.join(30)
        finally:
            tool.kill()
    print(out)
    print(f"memory {first[0] / 1e6:.2f} MB, then {(last[0] - first[0]) / 1e6:+.2f} MB; files {first[1]} and {last[1]}; "
          f"threads {len(first[2])} and {len(last[2])}; viewer {frames} frames")
    assert tool.returncode == 0 and err == "", (tool.returncode, err)
    assert last[0] - first[0] < 1e6, [s[0] for s in seen]
    # one file more for a moment is the recorder handing its rows to the disk
    assert max(s[1] for s in seen) <= first[1] + 2 and min(s[1] for s in seen[-5:]) <= first[1], [s[1] for s in seen]
    # threads that GLib kept for later may end
    assert len(last[2]) <= len(first[2]) and set(last[2]) <= set(first[2]), (first[2], last[2])
    assert viewer.eos and (viewer.missed, viewer.lost, viewer.gaps) == (0, 0, 0), vars(viewer)
    table = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.split()}
    assert table["rec"][2] == "0" and int(table["rec"][1]) >= SECONDS * 250 * 0.9, table


main()
