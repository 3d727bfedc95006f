#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""32 channels at 4 kS/s from the simulated chips through volts and filter to a
recording and a viewer, in real time: nothing lost, nothing allocated, the pool
never empty. EEG_REALTIME_SECONDS sets the length (deep 60, fast suite 3);
EEG_REALTIME_CHIPS and EEG_REALTIME_RATE make it 8 chips at 1 kS/s in a second deep run.
"""
import os
import tempfile
import time

from rig import Host, Viewer, labels, launch_text, sample_column, setting, sidecar, wait
import numpy as np

SECONDS = setting("EEG_REALTIME_SECONDS", 60.0)
COUNT_HEAP = os.path.exists(os.environ.get("EEG_HEAPCOUNT_SO", ""))
RATE, CHIPS = int(setting("EEG_REALTIME_RATE", 4000)), int(setting("EEG_REALTIME_CHIPS", 4))
GRAPH = {
    "schema": "eeg-pipeline/1.0", "name": "realtime",
    "stages": [{"id": "src", "element": "ads1299src",
                "properties": {"bus": "sim", "chips": CHIPS, "rate": RATE, "labels": labels(8 * CHIPS)}},
               {"id": "volt", "element": "eegtovoltage"},
               {"id": "filt", "element": "eegfilter", "properties": {"highpass": 1, "lowpass": 45, "notch": 50}},
               {"id": "rec", "element": "csvsink", "properties": {"location": "r.csv"}},
               {"id": "view", "element": "websocketsink", "properties": {"port": 0}}],
    "links": [{"from": "src", "to": "volt"}, {"from": "volt", "to": "filt"}, {"from": "filt", "to": "rec"},
              {"from": "filt", "to": "view", "queue": {"max-time-ms": 1000, "leaky": "downstream"}}]}


def main():
    with tempfile.TemporaryDirectory() as folder:
        host = Host(launch_text(GRAPH, folder), folder, COUNT_HEAP)
        try:
            viewer = Viewer(host.port(), {"from": 0})
            # warm: pools, queues and caches have seen a second of signal and a viewer
            warm = min(1.0, SECONDS / 3)
            wait(lambda: host.get("src", "produced") > warm * RATE and viewer.frames, "the first samples")
            before, began, at = host.heap_calls() if COUNT_HEAP else {}, time.monotonic(), host.get("src", "delivered")
            wait(lambda: host.get("src", "produced") > SECONDS * RATE or host.ended, "the end", SECONDS + 120)
            after, frames = host.heap_calls() if COUNT_HEAP else {}, host.get("src", "delivered") - at
            took, names = time.monotonic() - began, host.threads()
            stats = host.finish()
            viewer.join(30)
        finally:
            host.kill()
        rows, whole = sample_column(os.path.join(folder, "r.csv"))
        about = sidecar(os.path.join(folder, "r.csv"))
    src = stats["src"]
    print(f"produced {src['produced']}, rows {len(rows)}, lost {about['lost']}, viewer {viewer.frames}, "
          f"pace {frames / RATE / took:.3f} x real time")
    print("pool:", {k: v for k, v in src.items() if k.startswith("pool")})
    assert not host.errors and not host.warnings, (host.errors, host.warnings)
    # in = out, to the sample; what the chips converted while they were being stopped goes nowhere
    assert whole and len(rows) == src["delivered"], (len(rows), src)
    assert 0 <= src["produced"] - len(rows) - about["lost"] <= RATE, (src, about["lost"])
    assert (np.diff(rows) > 0).all() and rows[-1] - rows[0] + 1 == len(rows) + about["lost"], (rows[-1], about)
    assert about["rows"] == len(rows) and about["complete"], about
    assert stats["rec"]["dropped"] == 0
    # the viewer had all of it, too, or was told what it had not
    assert viewer.hello_first and viewer.eos, viewer.error
    assert viewer.first == rows[0] and viewer.frames + viewer.missed + viewer.lost == rows[-1] + 1 - rows[0], vars(viewer)
    assert src["pool-failures"] == 0, src
    # A machine that is busy with other things may stall every thread for longer than the buffers last:
    # then the accounts above are the truth to be checked. The long run insists on a machine of its own.
    quiet = about["lost"] == 0 and about["gaps"] == [] and viewer.missed + viewer.lost == 0 \
        and src["pool-growths"] == src["pool-inline-allocations"] == 0
    if SECONDS < 30 and not quiet:
        print("the machine stalled: no samples may be missing from the accounts, and none are")
        return
    assert about["lost"] == 0 and about["gaps"] == [], about["gaps"]
    assert (viewer.frames, viewer.missed, viewer.lost) == (len(rows), 0, 0), vars(viewer)
    assert src["pool-inline-allocations"] == src["pool-waits"] == 0 and src["pool-peak"] < src["pool-total"], src
    if not COUNT_HEAP:
        print("heap calls not counted: a sanitizer has its own malloc")
        return
    buffers = frames / (RATE // 250)
    used = {names.get(tid, "?"): calls - before.get(tid, 0) for tid, calls in after.items() if tid in names}
    for name, calls in sorted(used.items()):
        print(f"  thread {name:16} {calls / buffers:8.4f} heap calls a buffer")
    acquisition = [calls for name, calls in used.items() if name.startswith(("ads1299", "src:src"))]
    assert acquisition, used
    assert max(acquisition) == 0, f"{max(acquisition)} heap calls in {buffers:.0f} buffers of the acquisition thread"


main()
