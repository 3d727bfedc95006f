#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""64 channels at 32 kS/s (8 MB/s): one viewer never reads, another takes all. The
server's memory stands still, the recording is complete, the other viewer has no
gap. EEG_STALLED_SECONDS sets the length (30).
"""
import os
import tempfile

from rig import Host, Viewer, sample_column, setting, sidecar, wait
import numpy as np

SECONDS = setting("EEG_STALLED_SECONDS", 30.0)
RATE, CHANNELS = 32000, 64
# Sixty-four digits a row: the stream is 8 MB/s, the file a tenth of what it could be.
TEXT = (f"eegtestsrc name=src is-live=true wave=silence channels={CHANNELS} rate={RATE} samples-per-buffer=256 ! tee name=t "
        "t. ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=4000000000 ! csvsink name=rec location=r.csv decimals=0 "
        "t. ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=1000000000 leaky=downstream ! websocketsink name=view port=0")


def main():
    with tempfile.TemporaryDirectory(dir=os.environ.get("EEG_DEEP_DIR")) as folder:
        host = Host(TEXT, folder)
        try:
            stalled = Viewer(host.port(), stall=True)
            good = Viewer(host.port(), {"batchMs": 40})
            # The ring (32 MB here, four seconds) is filled once; after that nothing may grow.
            wait(lambda: host.get("src", "produced") > 6 * RATE, "six seconds of signal")
            before, frames = host.rss(), good.frames
            wait(lambda: host.get("src", "produced") > (6 + SECONDS) * RATE or host.ended, "the end", SECONDS + 300)
            after = host.rss()
            frames = good.frames - frames
            clients = host.get("view", "clients")
            stats = host.finish()
            good.join(30)
            stalled.hang_up()
        finally:
            host.kill()
        rows, whole = sample_column(os.path.join(folder, "r.csv"))
        about = sidecar(os.path.join(folder, "r.csv"))
    print(f"memory {before / 1e6:.1f} MB, then {(after - before) / 1e6:+.1f} MB; rows {len(rows)}, "
          f"good viewer {good.frames} frames ({frames * CHANNELS * 4 / 1e6 / SECONDS:.1f} MB/s), gaps {good.gaps}")
    assert not host.errors, host.errors
    assert clients == 2, "the stalled viewer was cut off, so this run says nothing about it"
    assert stalled.hello_first
    assert after - before < 5e6, f"memory grew by {(after - before) / 1e6:.1f} MB"
    assert whole and (np.diff(rows) == 1).all() and len(rows) == stats["src"]["produced"], (len(rows), stats)
    assert about["complete"] and about["lost"] == 0 and about["gaps"] == []
    assert good.gaps == 0 and good.missed == 0 and good.lost == 0, vars(good)
    assert good.eos and good.next == len(rows), (good.next, len(rows), good.error)


main()
