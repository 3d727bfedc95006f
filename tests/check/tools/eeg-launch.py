#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""eeg-launch as a user meets it: the shipped graphs row by row, every mistake
with its one message and its exit code, and a clean stop.

usage: eeg-launch.py EEG_LAUNCH
"""
import csv
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from scipy.signal import welch

TOOL = os.path.abspath(sys.argv.pop(1))


class Launch(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def run_tool(self, *args):
        return subprocess.run([TOOL, *args], cwd=self.dir.name, text=True,
                              capture_output=True, timeout=50)

    def graph(self, **changes):
        g = {"schema": "eeg-pipeline/1.0", "name": "t",
             "stages": [{"id": "src", "element": "ads1299src",
                         "properties": {"is-live": False}},
                        {"id": "volt", "element": "eegtovoltage"},
                        {"id": "rec", "element": "csvsink",
                         "properties": {"location": "t.csv"}}],
             "links": [{"from": "src", "to": "volt"}, {"from": "volt", "to": "rec"}]}
        g.update(changes)
        path = os.path.join(self.dir.name, "graph.json")
        with open(path, "w") as f:
            json.dump(g, f)
        return path

    def rows(self, name):
        path = os.path.join(self.dir.name, name)
        with open(path) as f:
            header = f.readline().strip().split(",")
        data = np.loadtxt(path, delimiter=",", skiprows=1)
        np.testing.assert_array_equal(data[:, 0], np.arange(len(data)))
        return header, data

    def fails(self, code, text, *args):
        r = self.run_tool(*args)
        self.assertEqual(r.returncode, code, r.stderr)
        self.assertEqual(r.stderr.count("error"), 1, r.stderr)
        self.assertIn(text, r.stderr)
        self.assertNotIn("CRITICAL", r.stderr)

    def test_alpha(self):
        r = self.run_tool("alpha", "--duration", "60", "--set", "src.is-live=false",
                          "--set", "view.port=0")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.assertIn("http://127.0.0.1:", r.stdout)
        header, data = self.rows("alpha.csv")
        self.assertEqual(len(data), 60 * 250)
        for name in ("O1_uV", "O2_uV"):
            f, p = welch(data[500:, header.index(name)], 250, nperseg=1000)
            band = (f >= 5) & (f <= 20)
            self.assertAlmostEqual(f[band][p[band].argmax()], 10, delta=0.25)

    def test_record(self):
        r = self.run_tool("record", "--duration", "20", "--set", "src.is-live=false")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.assertEqual(len(self.rows("record.csv")[1]), 20 * 250)

    def test_downsample(self):
        r = self.run_tool("downsample", "--duration", "20", "--set",
                          "src.is-live=false", "--stats")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.assertEqual(len(self.rows("downsample.csv")[1]), 20 * 250)
        table = [line.split() for line in r.stdout.splitlines()]
        self.assertEqual([t[2:4] for t in table if t[0] == "rec"], [["5000", "0"]])

    def test_two_sensors(self):
        r = self.run_tool("two-sensors", "--duration", "20", "--set",
                          "left.is-live=false", "--set", "right.is-live=false")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        left, right = self.rows("left.csv")[1], self.rows("right.csv")[1]
        self.assertEqual((len(left), len(right)), (5000, 5000))
        self.assertFalse(np.array_equal(left[:, 2], right[:, 2]))

    def stop(self, number):
        p = subprocess.Popen([TOOL, "record"], cwd=self.dir.name, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        path = os.path.join(self.dir.name, "record.csv")
        while p.poll() is None and not (os.path.exists(path) and
                                        os.path.getsize(path) > 1000):
            pass
        p.send_signal(number)
        out, err = p.communicate(timeout=30)
        # Nothing was printed: not even a status line, as this is no terminal.
        self.assertEqual((p.returncode, err), (0, ""))
        with open(path) as f:
            self.assertTrue(f.read().endswith("\n"))
        self.rows("record.csv")

    def test_sigint(self):
        self.stop(signal.SIGINT)

    def test_sigterm(self):
        self.stop(signal.SIGTERM)

    def test_file_exists_fails(self):
        open(os.path.join(self.dir.name, "t.csv"), "w").close()
        self.fails(1, "t.csv\" exists", self.graph())

    def test_missing_directory_fails(self):
        self.fails(1, "does not exist", self.graph(), "--set", "rec.location=no/t.csv")

    def test_busy_port_fails(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            self.fails(1, "is taken", "alpha", "--set",
                       "view.port=%d" % s.getsockname()[1])

    def test_label_count_fails(self):
        self.fails(1, "labels", self.graph(), "--set", "src.labels=O1,O2")

    def test_rate_0_refused(self):
        self.fails(2, "allowed 250 to 16000", self.graph(), "--set", "src.rate=0")

    def test_no_channels_refused(self):
        self.fails(2, "allowed 1 to 8", self.graph(), "--set", "src.chips=0")

    def test_unknown_property_refused(self):
        self.fails(2, 'did you mean "rate"?', self.graph(), "--set", "src.rat=250")

    def test_unknown_element_refused(self):
        self.fails(2, 'did you mean "eegfilter"?',
                   self.graph(stages=[{"id": "a", "element": "egfilter"}], links=[]))

    def test_unknown_stage_refused(self):
        self.fails(2, 'no stage "volts"', self.graph(), "--set", "volts.qos=1")

    def test_cycle_refused(self):
        r = self.run_tool(self.graph(links=[{"from": "volt", "to": "volt"}]))
        self.assertEqual(r.returncode, 2)
        self.assertIn("circle", r.stderr)

    def test_version_refused(self):
        self.fails(2, "Version", self.graph(schema="eeg-pipeline/2.0"))

    def test_all_errors_at_once_refused(self):
        r = self.run_tool(self.graph(nmae=1, links=[{"from": "srv", "to": "volt"},
                                                    {"from": "src"}]))
        self.assertEqual(r.returncode, 2)
        for text in ('did you mean "name"?', 'did you mean "src"?', '"to" is missing'):
            self.assertEqual(r.stderr.count(text), 1, r.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.dir.name, "t.csv")))

    def test_print_pastes_to_the_same_bytes(self):
        # The source ends by itself, so that both runs have the same length.
        path = self.graph()
        ends = ["--set", "src.num-buffers=500"]
        r = self.run_tool(path, *ends)
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        csv = os.path.join(self.dir.name, "t.csv")
        with open(csv, "rb") as f:
            ours = f.read()
        os.remove(csv)
        os.remove(os.path.join(self.dir.name, "t.json"))
        text = self.run_tool(path, *ends, "--print").stdout.strip()
        subprocess.run(["sh", "-c", "gst-launch-1.0 -q " + text], check=True,
                       cwd=self.dir.name, timeout=50)
        with open(csv, "rb") as f:
            self.assertEqual(ours, f.read())
        self.assertGreater(len(ours.splitlines()), 500)

    def test_json_names_errors_refused(self):
        r = self.run_tool(self.graph(), "--set", "src.rate=0", "--format=json",
                          "--check")
        self.assertEqual((r.returncode, r.stderr), (2, ""))
        answer = json.loads(r.stdout)
        self.assertFalse(answer["ok"])
        self.assertEqual(len(answer["errors"]), 1)

    def test_shipped_graphs_check(self):
        for name in ("alpha", "record", "downsample", "two-sensors"):
            r = self.run_tool(name, "--check")
            self.assertEqual((r.returncode, r.stdout, r.stderr), (0, "", ""))

    def test_text_stays_text(self):
        labels = ["$(touch hit)", "`touch hit`", "';touch hit;'", "! fakesink",
                  "a.b", "name=x", "*", "\" ! x"]
        graph = self.graph(stages=[
            {"id": "src", "element": "ads1299src",
             "properties": {"is-live": False, "num-buffers": 30, "labels": labels}},
            {"id": "volt", "element": "eegtovoltage"},
            {"id": "rec", "element": "csvsink", "properties": {"location": "a b.csv"}}])
        self.assertEqual(self.run_tool(graph).returncode, 0)
        self.assertFalse(os.path.exists(os.path.join(self.dir.name, "hit")))
        with open(os.path.join(self.dir.name, "a b.csv"), newline="") as f:
            header = next(csv.reader(f))
        self.assertEqual(header[2:-1], [name + "_uV" for name in labels])
        # what a shell or gst-launch-1.0 could take for more than text
        r = self.run_tool("--print", graph)
        self.assertEqual((r.returncode, r.stdout), (2, ""))
        self.assertIn("cannot be written", r.stderr)

    def test_no_such_preset_refused(self):
        r = self.run_tool("no-such")
        self.assertEqual(r.returncode, 2)
        self.assertIn("--list-presets", r.stderr)

    def test_list_presets(self):
        self.assertLessEqual({"alpha", "record", "downsample", "two-sensors"},
                             set(self.run_tool("--list-presets").stdout.split()))


unittest.main()
