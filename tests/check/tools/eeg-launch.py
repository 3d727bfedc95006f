#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""eeg-launch as a user meets it: the shipped graphs row by row, every mistake
with its one message and its exit code, and a clean stop.

usage: eeg-launch.py EEG_LAUNCH
"""
import csv
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import SLOW, need, program  # noqa: E402

need("numpy", "scipy")
import numpy as np  # noqa: E402
from scipy.signal import welch  # noqa: E402

TOOL = program(os.path.abspath(sys.argv.pop(1)))


class Launch(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def run_tool(self, *args):
        return subprocess.run([*TOOL, *args], cwd=self.dir.name, text=True,
                              capture_output=True, timeout=50 * SLOW)

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

    def test_unplugged_sensor_stops_only_itself(self):
        r = self.run_tool("two-sensors", "--duration", "20", "--set",
                          "left.is-live=false", "--set", "right.is-live=false",
                          "--set", "left.sim-faults=unplug@2")
        self.assertEqual(r.returncode, 0)
        self.assertIn("warning from left", r.stderr)
        self.assertIn("No such device", r.stderr)
        self.assertEqual(len(self.rows("left.csv")[1]), 500)
        self.assertEqual(len(self.rows("right.csv")[1]), 5000)

    def stop(self, number):
        p = subprocess.Popen([*TOOL, "record"], cwd=self.dir.name, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        path = os.path.join(self.dir.name, "record.csv")
        while p.poll() is None and not (os.path.exists(path) and
                                        os.path.getsize(path) > 1000):
            pass
        p.send_signal(number)
        out, err = p.communicate(timeout=30 * SLOW)
        # Nothing was printed: not even a status line, as this is no terminal.
        self.assertEqual((p.returncode, err), (0, ""))
        with open(path) as f:
            self.assertTrue(f.read().endswith("\n"))
        self.rows("record.csv")

    def test_sigint(self):
        self.stop(signal.SIGINT)

    def test_sigterm(self):
        self.stop(signal.SIGTERM)

    def test_second_signal_stops_at_once_fails(self):
        self.blocked(2)

    def test_stage_that_does_not_end_fails(self):
        self.blocked(1)

    def blocked(self, signals):
        """A sink that shows each sample an hour late holds up the end."""
        path = self.graph(
            stages=[{"id": "src", "element": "eegtestsrc", "properties": {"is-live": True}},
                    {"id": "late", "element": "fakesink", "properties": {
                        "sync": True, "ts-offset": 3600 * 10**9}}],
            links=[{"from": "src", "to": "late"}])
        master, slave = pty.openpty()
        p = subprocess.Popen([*TOOL, path], cwd=self.dir.name, stderr=slave)
        os.close(slave)
        os.read(master, 1)  # the status line: it runs
        for _ in range(signals):
            p.send_signal(signal.SIGINT)
        self.assertEqual(p.wait(timeout=50 * SLOW), 1)
        text = b""
        try:
            while True:
                part = os.read(master, 4096)
                if not part:
                    break
                text += part
        except OSError:  # how a terminal says that its other side is gone
            pass
        os.close(master)
        if signals == 1:
            self.assertEqual(text.count(b"did not finish"), 1, text)

    def test_status_line(self):
        master, slave = pty.openpty()
        p = subprocess.Popen([*TOOL, "alpha", "--set", "view.port=0"], cwd=self.dir.name,
                             stdout=subprocess.DEVNULL, stderr=slave)
        os.close(slave)
        text = b""
        while text.count(b"samples") < 4:
            text += os.read(master, 4096)
        p.send_signal(signal.SIGTERM)
        self.assertEqual(p.wait(timeout=50 * SLOW), 0)
        os.close(master)
        line = text.decode().split("\r")[3]
        self.assertRegex(line, r"^\x1b\[K\d\d:\d\d:\d\d  \d+ samples, 0 lost, pool \d+/\d+ free, "
                               r"queue rec \d+ % view \d+ %, 0 viewers")

    def test_stats_as_json(self):
        r = self.run_tool("alpha", "--duration", "4", "--set", "src.is-live=false", "--set",
                          "view.port=0", "--stats", "--format=json")
        self.assertEqual(r.returncode, 0)
        answer = json.loads(r.stdout)
        self.assertEqual([s["id"] for s in answer["stages"]][0], "src")
        stats = {s["id"]: s["stats"] for s in answer["stages"]}
        self.assertEqual(stats["src"]["delivered"], 1000)
        self.assertEqual(stats["rec"]["delivered"], 1000)
        self.assertGreaterEqual(stats["src"]["pool-total"], 16)
        self.assertEqual(sorted(q["before"] for q in answer["queues"]), ["rec", "view"])

    def test_failure_while_running_fails(self):
        self.fails(1, "error in bad", self.graph(
            stages=[{"id": "src", "element": "eegtestsrc"},
                    {"id": "bad", "element": "identity", "properties": {"error-after": 5}},
                    {"id": "end", "element": "fakesink"}],
            links=[{"from": "src", "to": "bad"}, {"from": "bad", "to": "end"}]))

    def test_two_viewers_on_one_port_fails(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        view = {"element": "websocketsink", "properties": {"port": port}}
        self.fails(1, "is taken", self.graph(
            stages=[{"id": "src", "element": "eegtestsrc"},
                    dict(view, id="a"), dict(view, id="b")],
            links=[{"from": "src", "to": "a"}, {"from": "src", "to": "b"}]))

    def test_numbers_have_a_point_everywhere(self):
        text = self.run_tool("--explain", "alpha", "--set", "filt.lowpass=44.5").stdout
        for locale in ("de_DE.UTF-8", "C"):
            r = subprocess.run([*TOOL, "--explain", "alpha", "--set", "filt.lowpass=44.5"],
                               env=dict(os.environ, LC_ALL=locale), text=True,
                               capture_output=True, timeout=50 * SLOW)
            self.assertEqual(r.stdout, text)
        self.assertIn("low-pass 44.5 Hz", text)

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

    def recordings(self):
        """The rows of every CSV file here, which are then removed."""
        found = {}
        for name in sorted(os.listdir(self.dir.name)):
            path = os.path.join(self.dir.name, name)
            if name.endswith(".csv"):
                with open(path, "rb") as f:
                    found[name] = f.read()
            if name.endswith(".csv") or name != "graph.json":
                os.remove(path)
        return found

    def same_bytes(self, *args):
        """Runs the graph, then what --print says of it in a shell."""
        r = self.run_tool(*args, "--quiet")
        self.assertEqual((r.returncode, r.stdout, r.stderr), (0, "", ""))
        ours = self.recordings()
        r = self.run_tool(*args, "--print")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        subprocess.run(["sh", "-c", "gst-launch-1.0 -q " + r.stdout], check=True,
                       cwd=self.dir.name, timeout=50 * SLOW, stdout=subprocess.DEVNULL)
        self.assertEqual(ours, self.recordings())
        for rows in ours.values():
            self.assertGreater(len(rows.splitlines()), 250)
        return ours

    # The sources end by themselves, so that both runs have the same length.
    def test_print_pastes_to_the_same_bytes(self):
        ours = self.same_bytes(self.graph(), "--set", "src.num-buffers=500")
        self.assertEqual(list(ours), ["t.csv"])

    def test_print_of_shipped_graphs_pastes_to_the_same_bytes(self):
        for name, sources, more, files in (
                ("alpha", ["src"], ["view.port=0"], ["alpha.csv"]),
                ("record", ["src"], [], ["record.csv"]),
                ("downsample", ["src"], [], ["downsample.csv"]),
                ("two-sensors", ["left", "right"], [], ["left.csv", "right.csv"])):
            sets = more + [s + "." + p for s in sources
                           for p in ("is-live=false", "num-buffers=600")]
            ours = self.same_bytes(name, *[a for s in sets for a in ("--set", s)])
            self.assertEqual(list(ours), files)

    def test_print_of_formats_and_queues_pastes_to_the_same_bytes(self):
        self.same_bytes(self.graph(
            stages=[{"id": "src", "element": "eegtestsrc",
                     "properties": {"num-buffers": 300}},
                    {"id": "a", "element": "capsfilter", "properties": {"caps": {
                        "media": "audio/x-raw", "fields": {"rate": 250}}}},
                    {"id": "rec", "element": "csvsink",
                     "properties": {"location": "wide.csv"}},
                    {"id": "rec2", "element": "csvsink",
                     "properties": {"location": "wide2.csv"}}],
            links=[{"from": "src", "to": "a", "caps": {
                "media": "audio/x-raw",
                "fields": {"format": "F64LE", "rate": 250, "channels": 8}}},
                   {"from": "a", "to": "rec", "queue": {"max-time-ms": 100}},
                   {"from": "a", "to": "rec2", "queue": {"max-buffers": 3}}],
            defaults={"pool": {"min-buffers": 4, "max-buffers": 64}}))

    def test_print_says_what_it_leaves_out(self):
        r = self.run_tool(self.graph(defaults={"pool": {"min-buffers": 8}}), "--print")
        self.assertEqual(r.returncode, 0)
        self.assertEqual(len(r.stdout.splitlines()), 1)
        if "pool-min-buffers" not in r.stdout:
            self.assertIn("pool sizes of src are left out", r.stderr)

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

    def test_montage(self):
        r = self.run_tool("montage", "--duration", "5", "--set", "src.is-live=false",
                          "--set", "view.port=0", "--quiet")
        self.assertEqual(r.returncode, 0, r.stderr)
        header, data = self.rows("montage.csv")
        self.assertEqual(header[2], "Fp1_uV")
        self.assertEqual(len(data), 5 * 250)

    def test_self_test(self):
        args = ["alpha", "--self-test", "--duration", "1.1", "--set",
                "src.is-live=false"]
        r = self.run_tool(*args)
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        self.assertRegex(r.stdout, r"PASSED: \d+ checks, 0 failed")
        r = self.run_tool(*args, "--format=json")
        (cert,) = json.loads(r.stdout)
        self.assertTrue(cert["pass"] and cert["complete"])
        self.assertEqual(os.listdir(self.dir.name), [])

    def test_self_test_fails(self):
        args = ["alpha", "--self-test", "--duration", "1.1", "--set",
                "src.is-live=false", "--set"]
        r = self.run_tool(*args, "src.sim-faults=lost-drdy@0.1,n=3", "--format=json")
        self.assertEqual(r.returncode, 1, r.stdout + r.stderr)
        (cert,) = json.loads(r.stdout)
        bad = {c["name"] for c in cert["checks"] if not c["pass"]}
        self.assertEqual(bad, {"lost-edges"})
        r = self.run_tool(*args, "src.sim-faults=wrong-id@0,id=0")
        self.assertEqual(r.returncode, 1, r.stdout + r.stderr)
        self.assertIn("ID", r.stdout)

    def test_self_test_refused(self):
        path = self.graph(stages=[{"id": "src", "element": "eegtestsrc"},
                                  {"id": "rec", "element": "csvsink",
                                   "properties": {"location": "t.csv"}}],
                          links=[{"from": "src", "to": "rec"}])
        r = self.run_tool(path, "--self-test")
        self.assertEqual(r.returncode, 2)
        self.assertIn("no stage of this graph can test itself", r.stderr)

    def test_list_presets(self):
        self.assertLessEqual({"alpha", "record", "downsample", "two-sensors", "montage"},
                             set(self.run_tool("--list-presets").stdout.split()))


unittest.main()
