#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""eeg-launch --explain against SciPy, the datasheet's sinc3 formula, and sines
that really went through the pipeline.

usage: eeg-explain.py EEG_LAUNCH
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import SLOW, need, program  # noqa: E402

need("numpy", "scipy")
import numpy as np  # noqa: E402
from scipy import signal  # noqa: E402

TOOL = program(os.path.abspath(sys.argv.pop(1)))


def alpha_sections(rate):
    return np.vstack([
        signal.butter(4, 1, "highpass", fs=rate, output="sos"),
        signal.butter(4, 45, "lowpass", fs=rate, output="sos"),
        signal.tf2sos(*signal.iirnotch(50, 30, fs=rate))])


def alpha_delay(hz, rate):
    """Group delay in seconds, of each section alone so that nothing cancels."""
    total = 0.0
    for s in alpha_sections(rate):
        total += signal.group_delay((s[:3], s[3:]), w=[hz], fs=rate)[1][0]
    return total / rate


def sinc3(hz, rate):
    """ADS1299 datasheet 9.3.2.1: modulator at 1.024 MHz, decimation N."""
    n = 1024000 / rate
    x = np.pi * hz / 1024000
    return abs(np.sin(n * x) / (n * np.sin(x))) ** 3


class Explain(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def run_tool(self, *args):
        return subprocess.run([*TOOL, *args], cwd=self.dir.name, text=True,
                              capture_output=True, timeout=50 * SLOW)

    def explain(self, *args):
        r = self.run_tool("--explain", "--format=json", *args)
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.assertEqual(os.listdir(self.dir.name), [])
        return json.loads(r.stdout)

    def graph(self, stages, links, **more):
        path = os.path.join(self.dir.name, "g.json")
        ids = [s["id"] for s in stages]
        with open(path, "w") as f:
            json.dump({"schema": "eeg-pipeline/1.0", "name": "g",
                       "stages": stages, "links": links or
                       [{"from": a, "to": b} for a, b in zip(ids, ids[1:])],
                       **more}, f)
        return path

    def test_alpha_equals_scipy(self):
        answer = self.explain("alpha")
        self.assertEqual([p["to"] for p in answer["paths"]], ["rec", "view"])
        path = answer["paths"][0]
        self.assertEqual([s["id"] for s in path["stages"]],
                         ["src", "volt", "filt", "rec"])
        self.assertEqual([r["hz"] for r in path["response"]],
                         [0.1, 0.5, 1, 4, 8, 10, 13, 20, 30, 40, 45, 50, 60, 100])
        sos = alpha_sections(250)
        for r in path["response"]:
            h = signal.sosfreqz(sos, [r["hz"]], fs=250)[1][0]
            self.assertAlmostEqual(r["gain"], abs(h) * sinc3(r["hz"], 250), delta=1e-9)
            if r["hz"] == 50:  # a zero has no phase and no delay
                self.assertIsNone(r["phase-deg"])
                self.assertIsNone(r["delay"])
            else:
                turn = np.exp(1j * np.radians(r["phase-deg"]))
                self.assertAlmostEqual(abs(turn - h / abs(h)), 0, delta=1e-6)
                self.assertAlmostEqual(r["delay"], alpha_delay(r["hz"], 250), delta=2e-6)
        self.assertEqual([d["hz"] for d in path["delays"]], [1, 10, 40])
        for d in path["delays"]:
            self.assertAlmostEqual(d["delay"], alpha_delay(d["hz"], 250), delta=2e-6)
        # corners: where an independent search finds them
        f = np.linspace(0.5, 60, 600000)
        g = np.abs(signal.sosfreqz(sos, f, fs=250)[1]) * sinc3(f, 250)
        inside = f[g >= g.max() / np.sqrt(2)]
        (lo, hi), = path["pass-bands"]
        self.assertAlmostEqual(lo, inside[0], delta=2e-4)
        self.assertAlmostEqual(hi, inside[-1], delta=2e-4)
        self.assertEqual(len(path["rejected"]), 1)
        self.assertAlmostEqual(path["rejected"][0]["hz"], 50, delta=1e-3)
        self.assertIsNone(path["alias-attenuation"])
        # 1 frame of 4 ms; the chip's sinc3 needs 1.5 samples
        self.assertAlmostEqual(path["latency"]["buffering"], 0.004, delta=1e-9)
        self.assertAlmostEqual(path["latency"]["stages"], 0.006, delta=2e-5)
        # the last 1 % of the slowest pole of the high-pass
        step = signal.sosfilt(sos, np.ones(2000))
        late = np.nonzero(np.abs(step) > 0.01 * np.abs(step).max())[0][-1] / 250
        self.assertGreater(path["settling"], late * 0.8)
        self.assertLess(path["settling"], late * 3)
        view = answer["paths"][1]["latency"]
        self.assertAlmostEqual(view["buffering"], 0.044, delta=1e-9)
        self.assertEqual(view["queues"], [{"before": "view", "max-time": 1.0,
                                           "max-buffers": 0, "leaky": "downstream"}])

    def test_downsample(self):
        path, = self.explain("downsample")["paths"]
        self.assertEqual((path["rate"], path["out-rate"]), (4000, 250))
        self.assertGreaterEqual(path["alias-attenuation"], 100)
        sos = alpha_sections(250)
        for r in path["response"]:
            h = abs(signal.sosfreqz(sos, [r["hz"]], fs=250)[1][0])
            # the anti-alias filter is flat to 0.01 dB up to 100 Hz
            self.assertAlmostEqual(r["gain"], h * sinc3(r["hz"], 4000), delta=0.0012)

    def tone(self, hz, *args):
        """Complex gain of a 100 uV sine through the alpha graph's recorder."""
        r = self.run_tool("alpha", "--quiet", "--duration", "24", "--set", "view.port=0",
                          "--set", "src.is-live=false", "--set", "src.sim-signal=sine",
                          "--set", "src.sim-frequency=%g" % hz,
                          "--set", "src.sim-amplitude=1e-4",
                          "--set", "rec.location=tone%g.csv" % hz, *args)
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        data = np.loadtxt(os.path.join(self.dir.name, "tone%g.csv" % hz),
                          delimiter=",", skiprows=1)[3000:]
        t, y = data[:, 1], data[:, 2]
        basis = np.column_stack([np.sin(2 * np.pi * hz * t), np.cos(2 * np.pi * hz * t),
                                 np.ones_like(t)])
        a, b, _ = np.linalg.lstsq(basis, y, rcond=None)[0]
        return (a + 1j * b) / 100

    def test_measured_sines(self):
        path = self.explain("alpha")["paths"][0]
        told = {r["hz"]: r for r in path["response"]}
        for hz in (1, 10, 40):
            h = self.tone(hz)
            self.assertAlmostEqual(abs(h), told[hz]["gain"], delta=2e-3)
            self.assertAlmostEqual(np.angle(h * np.exp(-1j * np.radians(
                told[hz]["phase-deg"])), deg=True), 0, delta=0.5)

    def test_stages_that_do_not_tell(self):
        g = self.graph([{"id": "s", "element": "eegtestsrc"},
                        {"id": "v", "element": "volume"},
                        {"id": "f", "element": "eegfilter", "properties": {"lowpass": 30}},
                        {"id": "o", "element": "fakesink"}], None)
        r = self.run_tool("--explain", g, "--format=json")
        path, = json.loads(r.stdout)["paths"]
        self.assertEqual(path["unknown"], ["v"])
        self.assertIn("left out", path["stages"][1]["text"])
        # a rate that nobody tells before it runs
        g = self.graph([{"id": "s", "element": "audiotestsrc"},
                        {"id": "o", "element": "fakesink"}], None)
        path, = json.loads(self.run_tool("--explain", g, "--format=json").stdout)["paths"]
        self.assertIsNone(path["rate"])
        self.assertNotIn("response", path)
        self.assertIn("rate is not known", self.run_tool("--explain", g).stdout)
        # and one that the link tells
        g = self.graph([{"id": "s", "element": "audiotestsrc"},
                        {"id": "o", "element": "fakesink"}],
                       [{"from": "s", "to": "o", "caps": {
                           "media": "audio/x-raw", "fields": {"rate": 500}}}])
        path, = json.loads(self.run_tool("--explain", g, "--format=json").stdout)["paths"]
        self.assertEqual(path["rate"], 500)

    def test_merged_devices(self):
        r = self.run_tool("--explain", "merged", "--format=json")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        paths = json.loads(r.stdout)["paths"]
        self.assertEqual(len(paths), 6)  # three devices, two sinks
        for path in paths:
            self.assertEqual(path["unknown"], [])
            self.assertEqual(path["stages"][3]["element"], "eegmerge")

    def test_impossible_settings_refused(self):
        r = self.run_tool("--explain", "alpha", "--set", "filt.lowpass=200")
        self.assertEqual((r.returncode, r.stdout), (2, ""))
        self.assertIn('"filt" are impossible at its rate of 250', r.stderr)
        self.assertIn("corner frequency 200 Hz", r.stderr)
        self.assertIn("125 Hz", r.stderr)
        self.assertEqual(r.stderr.count(" error: "), 1)

    def test_impossible_settings_refused_in_the_same_words(self):
        for option in ("--check", "--print", "--explain", None):
            args = [option] if option else []
            r = self.run_tool(*args, "alpha", "--set", "filt.highpass=1e-8")
            self.assertEqual((r.returncode, r.stdout), (2, ""))
            self.assertIn("highpass: corner frequency is 1e-08 Hz, expected at least "
                          "2.7e-05 Hz for order 4 at 250 samples per second", r.stderr)
            self.assertEqual(r.stderr.count(" error: "), 1)

    def test_delay_of_a_narrow_notch(self):
        # where nothing passes there is none; else as scipy.signal.group_delay
        for element, want in (("notch=50", None), ("fir=" + "0," * 2000 + "1", 8.0)):
            name, value = element.split("=")
            g = self.graph([{"id": "s", "element": "eegtestsrc", "properties": {"rate": 250}},
                            {"id": "f", "element": "eegfilter", "properties": {
                                name: float(value) if name == "notch" else value}},
                            {"id": "o", "element": "fakesink"}],
                           [{"from": "s", "to": "f"}, {"from": "f", "to": "o"}])
            path, = json.loads(self.run_tool("--explain", g, "--format=json").stdout)["paths"]
            row, = [row for row in path["response"] if row["hz"] == 50]
            if want is None:
                self.assertIsNone(row["delay"])
            else:
                self.assertAlmostEqual(row["delay"], want, 9)

    def test_diamonds_are_bounded(self):
        stages = [{"id": "s", "element": "eegtestsrc"}]
        links, last = [], "s"
        for n in range(12):
            stages += [{"id": "%s%d" % (k, n), "element": e} for k, e in
                       (("a", "identity"), ("b", "identity"), ("m", "funnel"))]
            links += [{"from": last, "to": "a%d" % n}, {"from": last, "to": "b%d" % n},
                      {"from": "a%d" % n, "to": "m%d" % n},
                      {"from": "b%d" % n, "to": "m%d" % n}]
            last = "m%d" % n
        stages.append({"id": "o", "element": "fakesink"})
        links.append({"from": last, "to": "o"})
        r = self.run_tool("--explain", self.graph(stages, links), "--format=json")
        answer = json.loads(r.stdout)
        self.assertEqual(len(answer["paths"]), 64)
        self.assertEqual(answer["paths-left-out"], 4096 - 64)

    def test_text(self):
        r = self.run_tool("--explain", "alpha")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        for words in ("src -> volt -> filt -> view", "pass band", "delay ms", "settling",
                      "10    0.992099      -0.069       12.84", "the rate is not lowered", "before view"):
            self.assertIn(words, r.stdout)


unittest.main()
