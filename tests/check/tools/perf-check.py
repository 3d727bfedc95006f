#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""perf-check runs through, and what it writes is JSON that the picture can be drawn of.

No time is looked at: whether goals are met is not for a test to say.
Usage: perf-check.py PERF-CHECK SOURCE-ROOT
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import EMULATOR, skip  # noqa: E402

if EMULATOR:
    skip("the times of an emulator mean nothing, and take minutes")
CHECK, ROOT = sys.argv[1:3]
ISAS = {"baseline", "ssse3", "avx2", "avx512", None}
LISTS = ["unpack 27-byte frames", "filter, 5 sections, 32 x 16", "FIR, 257 taps, 32 x 400",
         "decimate by 16, 32 x 16", "decimate by 16, 32 x 400", "CSV number, 6 decimals",
         "spectrum, 1024 points", "element, 32 ch x 16 frames", "filter element, 32 ch x 16 frames",
         "FIR element, 257 taps, 32 ch x 16 frames", "downsample element, by 16, 32 ch x 16 frames",
         "recording to a file in memory"]
NUMBERS = ["channels", "frames", "rates", "offline", "percent of a core", "decimate by 16, quality",
           "latency p50 us", "latency, samples lost", "machine"]


def no_constant(text):
    raise ValueError(text + " is not JSON")


def run(*args):
    return subprocess.run([CHECK, *args], capture_output=True, text=True, timeout=280)


class PerfCheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory()
        cls.path = os.path.join(cls.dir.name, "perf.json")
        cls.done = run("--quick", cls.path)

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    def data(self):
        with open(self.path) as f:
            return json.load(f, parse_constant=no_constant)

    def test_runs_whatever_is_missed(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        self.assertIn("goals missed", self.done.stdout)

    def test_json_is_complete(self):
        data = self.data()
        for name in LISTS:
            for row in data[name]:
                self.assertGreater(row["median_ns"], 0, (name, row))
                self.assertIn(row["isa"], ISAS)
            self.assertGreater(len(data[name]), 1, name)
        for name in NUMBERS:
            self.assertTrue(data[name], name)

    def test_every_goal_says_whether_it_is_met(self):
        goals = self.data()["goals"]
        self.assertGreater(len(goals), 20)
        for g in goals:
            met = g["value"] is not None and (
                g["value"] <= g["wanted"] if g["bound"] == "at most" else g["value"] >= g["wanted"])
            self.assertEqual(g["pass"], met, g)
            self.assertIn("%s  %s" % ("PASS" if met else "MISS", g["what"]), self.done.stdout)

    def test_what_is_not_measured_is_said(self):
        skipped = self.data()["skipped"]
        self.assertIn("not packaged", skipped["brainflow"])
        for name in skipped:
            self.assertIn("SKIP " + name, self.done.stdout)

    def test_quality_does_not_depend_on_the_machine(self):
        quality = self.data()["decimate by 16, quality"]
        self.assertLessEqual(quality["eeg_dsp_decimator ripple dB"], 0.01)
        self.assertLessEqual(quality["eeg_dsp_decimator alias dB"], -100)
        self.assertEqual(sum(self.data()["latency, samples lost"].values()), 0)

    def test_picture(self):
        svg = os.path.join(self.dir.name, "perf.svg")
        subprocess.run([sys.executable, os.path.join(ROOT, "scripts/perf-plot.py"), self.path, svg], check=True)
        with open(svg) as f:
            self.assertIn(self.data()["machine"]["isa"], f.read())

    def test_unknown_words_refused(self):
        self.assertEqual(run("--fast").returncode, 2)
        self.assertEqual(run("--only=nothing").returncode, 2)
        self.assertIn("fir", run("--count", "nothing", "1").stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
