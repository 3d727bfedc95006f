#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recording with viewers that behave badly: one reads slowly, one is killed in
the middle of a message, one comes late, many come and vanish at random moments.
The recording is complete, the slow one is told what it missed, the late one gets
`hello` first. EEG_DISCONNECTS sets how many vanish (deep 1000, fast suite 60).
"""
import os
import random
import socket
import tempfile
import time

from rig import PATIENCE, Host, Viewer, sample_column, setting, sidecar, wait
import numpy as np

DISCONNECTS = setting("EEG_DISCONNECTS", 1000)
SEED = setting("EEG_SEED", int(time.time()))
RATE, CHANNELS = 16000, 32
TEXT = (f"eegtestsrc name=src is-live=true wave=counter channels={CHANNELS} rate={RATE} ! tee name=t "
        "t. ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=4000000000 ! csvsink name=rec location=r.csv decimals=0 "
        "t. ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=1000000000 leaky=downstream ! "
        "websocketsink name=view port=0 max-clients=64")


def vanish(port, dice):
    """Connects and is gone: before, within or after the upgrade, or while data comes."""
    viewer = Viewer(port, start=False)
    how = dice.randrange(5)
    try:
        viewer.sock.settimeout(PATIENCE)
        if how == 0:
            pass
        elif how == 1:
            text = f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n".encode()
            viewer.sock.sendall(text[:dice.randrange(1, len(text))])
        else:
            viewer.handshake()
            if how >= 3:
                viewer.message()  # hello
                viewer.send(viewer.subscribe)
            if how == 4:
                viewer._read(dice.randrange(1, 5000))  # in the middle of a message
    except (OSError, ConnectionError):
        pass  # refused for the number of its like: also a way to end
    if dice.random() < 0.5:
        viewer.hang_up()
    else:
        viewer.sock.close()


def main():
    print("seed", SEED)
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory(dir=os.environ.get("EEG_DEEP_DIR")) as folder:
        host = Host(TEXT, folder)
        try:
            port = host.port()
            good = Viewer(port)
            slow = Viewer(port, rate=20000)
            killed = Viewer(port, start=False)
            killed.handshake()
            killed.message()
            killed.send(killed.subscribe)
            killed._read(70000)  # less than a message of data
            killed.hang_up()
            for _ in range(DISCONNECTS):
                vanish(port, dice)
            # with a slow reader in the way, a late one still gets everything that matters first
            late = Viewer(port)
            wait(lambda: late.frames > RATE // 10 or late.error, "the late viewer")
            # the slow one: two seconds behind and more, it jumps
            wait(lambda: host.get("view", "dropped") > 0 or host.ended, "the slow viewer to fall behind")
            slow.rate = 0
            wait(lambda: slow.missed > 0 or slow.error, "the slow viewer to be told what it missed")
            fds = wait(lambda: host.get("view", "clients") <= 3 and host.fds(), "the vanished to be forgotten")
            stats = host.finish()
            good.join(30)
            slow.hang_up()
        finally:
            host.kill()
        rows, whole = sample_column(os.path.join(folder, "r.csv"))
        about = sidecar(os.path.join(folder, "r.csv"))
    print(f"rows {len(rows)}, good viewer {good.frames}, slow one {slow.frames} and {stats['view']['dropped']} left out, "
          f"{DISCONNECTS} vanished, {fds} files open")
    assert not host.errors and not host.warnings, (host.errors, host.warnings)
    assert whole and (np.diff(rows) == 1).all() and len(rows) == stats["src"]["produced"], (len(rows), stats)
    assert about["complete"] and about["lost"] == 0
    assert good.hello_first and slow.hello_first and late.hello_first
    assert good.lost == 0 and slow.lost == 0 and late.lost == 0
    assert good.eos and good.next == len(rows), (good.next, len(rows), good.error)
    assert late.first > 0, "the late viewer began at the start"
    assert slow.error is None or slow.missed > 0, slow.error
    assert slow.missed == stats["view"]["dropped"] and slow.next - slow.first == slow.frames + slow.missed


main()
