#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hostile bytes for the simulated ADS1299: fault scripts and SPI transfers.

usage: ads1299.py SPI_REPLAY FAULTS_REPLAY      runs them
       ads1299.py --write FOLDER                writes them, as seeds for libFuzzer
                                                (FOLDER/spi and FOLDER/faults)
"""
import os
import random
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from testrun import SLOW, program  # noqa: E402

KINDS = ("lost-drdy missed-irq coalesce double-edge glitch late-irq late-read dead-drdy "
         "stuck-drdy eintr rate-error remarked no-clock status-error torn-frame bit-flip "
         "miso-stuck spi-mode spi-error spi-short chip-silent wrong-id stuck-bit brown-out "
         "no-reference unplug lead-off lead-toggle saturated noisy gpio").split()
KEYS = "n ch chip id reg level value period us ppm errno".split()


def scripts():
    rand = random.Random(1)
    out = {"kind-" + k: (k + "@0.1").encode() for k in KINDS}
    out.update({"now-" + k: (k + "@0").encode() for k in KINDS})
    out.update({
        "empty": b"", "nul": b"lost-drdy@1\0;x", "at": b"@@@@", "semicolons": b";" * 1000,
        "long-word": b"a" * 100000, "long-number": b"lost-drdy@" + b"9" * 100000,
        "zeros": b"lost-drdy@0." + b"0" * 100000 + b"1", "many": b"eintr@0;" * 257,
        "most": b"eintr@0;" * 256, "huge-n": b"lost-drdy@0.1,n=1000000000",
        "all-lost": b"lost-drdy@0,n=1000000000;missed-irq@0,n=1000000000",
        "n-0": b";".join(k.encode() + b"@0.1,n=0" for k in ("lost-drdy", "coalesce", "glitch")),
        "late-for-ever": b"late-read@0.1,us=1000000000,n=1000000000",
        "late-stamps": b"late-irq@0,us=1000000000,n=1000000000",
        "fast": b"rate-error@0.1,ppm=900000", "slow": b"rate-error@0.1,ppm=-900000",
        "both-rails": b"saturated@0,ch=1;saturated@0,ch=1,level=0",
        "brown-outs": b"brown-out@0.1;brown-out@0.1;brown-out@0.2;no-clock@0.3",
        "toggle-0": b"lead-toggle@0,period=0", "utf8": "lost-drdy@1,n=\u0661".encode(),
        "all-at-once": ";".join(k + "@0.2" for k in KINDS if k != "unplug").encode(),
    })
    for n in range(150):
        words = []
        for _ in range(rand.randint(1, 6)):
            s = "%s@%g" % (rand.choice(KINDS), rand.choice([0, 0.1, 0.5, rand.random()]))
            for _ in range(rand.randint(0, 3)):
                s += ",%s=%s" % (rand.choice(KEYS),
                                 rand.choice(["0", "1", "7", "255", "1e9", "EIO", "-3", "99999"]))
            words.append(s)
        data = bytearray(";".join(words).encode())
        for _ in range(rand.randint(0, 2)):
            data[rand.randrange(len(data))] = rand.randrange(256)
        out["random-%d" % n] = bytes(data)
    return out


def transfers():
    rand = random.Random(2)
    start = bytes([0x87, 0, 12, 12]) * 6 + bytes([0x07, 0x11, 0x0d, 1])
    out = {"empty": b"", "one": b"\x11", "zeros": bytes(300), "ones": b"\xff" * 300,
           "reads": (start + b"\x0f\x20\x17" + b"\xdf\x12" + bytes(27)) * 8,
           "writes": start + b"".join(bytes([0x17 | 3, 0x40 | r, 0, v]) for r in range(32)
                                      for v in (0, 0x55, 0xff))}
    for n in range(150):
        data = bytearray()
        for _ in range(rand.randint(1, 200)):
            what = rand.randrange(8)
            size = rand.randint(1, 32)
            data.append(what | (size - 1) << 3)
            body = bytearray(rand.randbytes(size)) if rand.random() < 0.5 else bytearray(size)
            body[0] = rand.choice([0x02, 0x04, 0x06, 0x08, 0x0a, 0x10, 0x11, 0x12, 0x20, 0x37,
                                   0x41, 0x43, 0x45, 0x57, rand.randrange(256)])
            data += body
        out["random-%d" % n] = bytes(data)
    return out


def write(folder, files):
    os.makedirs(folder, exist_ok=True)
    paths = []
    for name, data in files.items():
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "wb") as f:
            f.write(data)
    return paths


class Replay(unittest.TestCase):
    def replay(self, path, files):
        with tempfile.TemporaryDirectory() as folder:
            paths = write(folder, files)
            r = subprocess.run([*program(path), *paths], text=True, capture_output=True, timeout=100 * SLOW)
            self.assertEqual(r.returncode, 0, r.stdout[-300:] + r.stderr[-3000:])
            times = dict(line.rsplit(" ", 1) for line in r.stdout.splitlines())
            self.assertEqual(set(times), set(paths))
            slowest = max(times, key=lambda p: float(times[p]))
            print("slowest: %s, %s ms of processor time" % (
                os.path.basename(slowest), times[slowest]))
            if "sanitize" not in os.environ.get("EEG_BUILD", ""):
                self.assertLess(float(times[slowest]), 1000 * SLOW, slowest)

    def test_scripts_refused_or_run(self):
        self.replay(FAULTS, scripts())

    def test_transfers(self):
        self.replay(SPI, transfers())


if sys.argv[1] == "--write":
    write(os.path.join(sys.argv[2], "spi"), transfers())
    write(os.path.join(sys.argv[2], "faults"), scripts())
else:
    SPI, FAULTS = (os.path.abspath(p) for p in sys.argv[1:3])
    del sys.argv[1:3]
    unittest.main()
