#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recorder killed (SIGKILL) at random moments: every row that was reported as
written is in the file, in order, at most the last line is torn, and the readers
of docs/recording.md open it. EEG_KILLS sets how often (50).
"""
import json
import os
import random
import re
import tempfile
import time

from rig import HERE, Host, sample_column, setting, wait
import numpy as np

KILLS = setting("EEG_KILLS", 50)
SEED = setting("EEG_SEED", int(time.time()))
DOCS = os.path.join(HERE, "..", "..", "docs", "recording.md")
# Faster than real time, in buffers of odd length: the kill meets writes of all sizes.
TEXT = ("eegtestsrc name=src is-live=false wave=counter channels=8 rate=250 samples-per-buffer={frames} ! "
        "csvsink name=rec location={file} sync-interval={sync} max-duration={rotate}")


def readers():
    """The code of docs/recording.md: for a whole file, and for one after a crash."""
    with open(DOCS, encoding="utf-8") as f:
        blocks = re.findall(r"```python\n(.*?)```", f.read(), re.S)
    assert len(blocks) == 2, "docs/recording.md has another number of Python blocks"
    return blocks


def main():
    print("seed", SEED)
    dice = random.Random(SEED)
    after_crash = readers()[1]
    assert "alpha.csv" in after_crash
    torn = total = 0
    for n in range(KILLS):
        with tempfile.TemporaryDirectory() as folder:
            rotate = dice.choice([0, 0, 4 * 10**9])
            host = Host(TEXT.format(frames=dice.choice([1, 7, 16, 501]), file="alpha.csv", rotate=rotate,
                                    sync=dice.choice([0, 10**7, 10**8])), folder)
            try:
                wait(lambda: host.get("rec", "rows") > 0 or host.ended, "the first rows", every=0.001)
                time.sleep(dice.random() * 0.3)
                known = host.get("rec", "rows")
            finally:
                host.kill()
            files = sorted(n for n in os.listdir(folder) if n.endswith(".csv"))
            parts = [sample_column(os.path.join(folder, f)) for f in files]
            rows = np.concatenate([p[0] for p in parts])
            assert all(whole for _, whole in parts[:-1]), "a file before the last is torn"
            torn += not parts[-1][1]
            total += len(rows)
            assert (rows == np.arange(len(rows))).all(), "rows are missing or out of order"
            assert len(rows) >= known, f"{known} rows were written, {len(rows)} are there"
            last = os.path.join(folder, files[-1])
            # a file that was just begun may not have its description yet
            if len(parts[-1][0]):
                with open(last[:-4] + ".json") as f:
                    assert json.load(f)["complete"] is False
            # the text of the guide, as it stands there
            names = {}
            os.chdir(folder)
            if len(parts[-1][0]) >= 2:
                exec(after_crash.replace("alpha.csv", last), names)
                assert len(names["rows"]) == len(names["table"]) == len(parts[-1][0])
                assert (names["rows"]["sample"].to_numpy() == parts[-1][0]).all()
                # the values, too: wave=counter says which sample a row is
                for column in (names["rows"]["O1_uV"].to_numpy(), names["table"]["O1_uV"]):
                    assert np.abs(column - parts[-1][0] % 2**23 / 2**23 * 1e6).max() < 1e-6
            os.chdir("/")
    print(f"{KILLS} killed, {total} rows kept, {torn} times the last line was torn")


main()
