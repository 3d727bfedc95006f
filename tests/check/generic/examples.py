#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every program of examples/ as a user starts it, and the numbers that it gives.

usage: examples.py SOURCE_ROOT BUILD_ROOT
"""
import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import EMULATOR, SLOW, need, program  # noqa: E402

need("numpy")
import numpy as np  # noqa: E402

BUILD = os.path.realpath(sys.argv.pop())
ROOT = os.path.realpath(sys.argv.pop())
PYTHON = "/usr/bin/python3"
C = {name: os.path.join(BUILD, "examples", "example-" + name) for name in ("appsink", "appsrc")}
LINE = re.compile(r"^ *(\S+): +([0-9.]+) uV rms$", re.M)


def have(*modules):
    """Whether Python can load what the build has of them."""
    if EMULATOR:
        return False
    text = "import gi\n" + "\n".join(f"gi.require_version({m!r}, {v!r})" for m, v in modules)
    return subprocess.run([PYTHON, "-c", text], capture_output=True).returncode == 0


def python(name):
    return os.path.join(ROOT, "examples", "python", name + ".py")


class Examples(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def run_it(self, *command, code=0):
        out = subprocess.run(command, cwd=self.dir.name, text=True, capture_output=True, timeout=60 * SLOW)
        self.assertEqual(out.returncode, code, out.stdout + out.stderr)
        return out

    def start(self, *command):
        p = subprocess.Popen(command, cwd=self.dir.name, text=True, stdout=subprocess.PIPE)
        self.addCleanup(p.stdout.close)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        return p

    def rows(self, name):
        with open(os.path.join(self.dir.name, name)) as f:
            header = f.readline().strip().split(",")
        return header, np.loadtxt(os.path.join(self.dir.name, name), delimiter=",", skiprows=1)

    def check_appsink(self, *program):
        out = self.run_it(*program, "eegtestsrc wave=sine amplitude=2e-5 num-buffers=1000 channels=2 labels=Cz,Oz").stdout
        rms = dict(LINE.findall(out))
        self.assertEqual(sorted(rms), ["Cz", "Oz"], out)
        for value in rms.values():
            self.assertAlmostEqual(float(value), 20 / np.sqrt(2), delta=0.01)
        self.assertIn("1000 received, 0 lost", out)
        # the ledger is read, not only the samples
        out = self.run_it(*program, "ads1299src is-live=false num-buffers=400 sim-faults=missed-irq@1,n=7 ! eegtovoltage").stdout
        self.assertIn(" 7 lost", out)

    def check_refused(self, *program):
        """Text that makes no pipeline, and a stream that stops with an error: one line, not 0."""
        out = self.run_it(*program, "eegtestsrc rate=0", code=1)
        self.assertEqual(len(out.stderr.strip().splitlines()), 1, out.stderr)

    def check_appsrc(self, *program):
        self.run_it(*program, "eegfilter highpass=1 ! csvsink location=mine.csv")
        header, data = self.rows("mine.csv")
        self.assertEqual(header, ["sample", "time_s", "Cz_uV", "Oz_uV", "flags"])
        np.testing.assert_array_equal(data[:, 0], np.arange(2500))
        np.testing.assert_allclose(data[:, 1], np.arange(2500) / 250, atol=1e-9)
        settled = data[1250:]
        self.assertAlmostEqual(settled[:, 2].std(), 20 / np.sqrt(2), delta=0.05)
        self.assertAlmostEqual(settled[:, 3].std(), 10 / np.sqrt(2), delta=0.05)
        self.assertLess(abs(settled[:, 2].mean()), 0.1)  # 5 mV of offset are gone

    def check_appsrc_refused(self, *program):
        """At the start and while it streams: one line each, and no waiting for ever."""
        for sink, text in (("csvsink location=no/such/folder.csv", "does not exist"),
                           ("eegfilter highpass=200 ! fakesink", "highpass")):
            out = self.run_it(*program, sink, code=1)
            self.assertIn(text, out.stderr)
            self.assertEqual(len(out.stderr.strip().splitlines()), 1, out.stderr)

    @unittest.skipUnless(os.path.exists(C["appsink"]), "examples not built")
    def test_c_appsink(self):
        self.check_appsink(*program(C["appsink"]))

    @unittest.skipUnless(os.path.exists(C["appsink"]), "examples not built")
    def test_c_appsink_refused(self):
        self.check_refused(*program(C["appsink"]))

    @unittest.skipUnless(os.path.exists(C["appsrc"]), "examples not built")
    def test_c_appsrc(self):
        self.check_appsrc(*program(C["appsrc"]))

    @unittest.skipUnless(os.path.exists(C["appsrc"]), "examples not built")
    def test_c_appsrc_refused(self):
        self.check_appsrc_refused(*program(C["appsrc"]))

    @unittest.skipUnless(have(("GstEeg", "1.0")), "no introspection data in this build")
    def test_python_appsink(self):
        self.check_appsink(PYTHON, python("appsink"))

    @unittest.skipUnless(have(("GstEeg", "1.0")), "no introspection data in this build")
    def test_python_appsink_refused(self):
        self.check_refused(PYTHON, python("appsink"))

    @unittest.skipUnless(have(("GstEeg", "1.0")), "no introspection data in this build")
    def test_python_appsrc(self):
        self.check_appsrc(PYTHON, python("appsrc"))

    @unittest.skipUnless(have(("GstEeg", "1.0")), "no introspection data in this build")
    def test_python_appsrc_refused(self):
        self.check_appsrc_refused(PYTHON, python("appsrc"))

    @unittest.skipUnless(importlib.util.find_spec("websockets"), "no python3-websockets")
    def test_python_websocket(self):
        server = self.start("gst-launch-1.0", "-v", *"eegtestsrc is-live=true wave=sine amplitude=2e-5 channels=2 "
                            "labels=Cz,Oz ! websocketsink port=0".split())
        for line in server.stdout:
            m = re.search(r"url = \"?http://([0-9.]+:[0-9]+)/", line.replace("\\", ""))
            if m and not m[1].endswith(":0"):
                break
        out = self.run_it(PYTHON, python("websocket"), m[1], "0.6").stdout
        rms = dict(LINE.findall(out))
        self.assertEqual(sorted(rms), ["Cz", "Oz"], out)
        for value in rms.values():
            self.assertAlmostEqual(float(value), 20 / np.sqrt(2), delta=1)
        self.assertRegex(out, r"\d+ received, 0 lost, 0 left out")

    @unittest.skipUnless(importlib.util.find_spec("websockets"), "no python3-websockets")
    def test_python_websocket_refused(self):
        out = self.run_it(PYTHON, python("websocket"), "127.0.0.1:1", code=1)
        self.assertIn("no server at 127.0.0.1:1", out.stderr)

    @unittest.skipUnless(have(("GstRtspServer", "1.0")), "no gir1.2-gst-rtsp-server-1.0")
    def test_rtsp(self):
        """The line of the example's text receives volts, exact to the 24 bits of the full scale."""
        with open(python("rtsp-server")) as f:
            text = f.read().split('"""')[1].replace("\\\\\n", "")
        line = re.search(r"gst-launch-1\.0 (rtspsrc.*)", text)[1]
        server = self.start(PYTHON, python("rtsp-server"), "0", "eegtestsrc is-live=true wave=sine amplitude=2e-5 "
                            "channels=2 labels=Cz,Oz samples-per-buffer=25")
        url = server.stdout.readline().strip()
        self.assertRegex(url, r"^rtsp://127\.0\.0\.1:\d+/eeg$")
        self.assertIn("rtsp://127.0.0.1:8554/eeg", line)
        far = self.start("gst-launch-1.0", "-q", *line.replace("rtsp://127.0.0.1:8554/eeg", url).split())
        path = os.path.join(self.dir.name, "far.csv")
        while far.poll() is None and not (os.path.exists(path) and os.path.getsize(path) > 6000):
            pass
        far.send_signal(signal.SIGINT)
        far.wait(30)
        header, data = self.rows("far.csv")
        self.assertEqual(header, ["sample", "time_s", "Cz_uV", "Oz_uV", "flags"])
        steps = np.diff(data[:, 0])
        self.assertTrue((steps == 1).all(), steps)
        # the phase is that of the first sample received
        sine = 20 * np.sin(2 * np.pi * 10 * (np.arange(25) / 250))
        error = min(np.abs(np.resize(np.roll(sine, -k), len(data)) - data[:, 2]).max() for k in range(25))
        self.assertLess(error, 1e-3 / 2**23 * 1e6 + 1e-6)  # uV: one step


unittest.main()
