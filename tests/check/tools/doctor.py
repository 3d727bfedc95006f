"""eeg-launch --doctor on whatever computer runs this.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import SLOW, program  # noqa: E402

LAUNCH = program(sys.argv.pop(1))


def run(*args):
    return subprocess.run([*LAUNCH, *args], capture_output=True, text=True, timeout=60 * SLOW)


def test_json_agrees_with_exit_code():
    r = run("--doctor", "--format=json")
    report = json.loads(r.stdout)
    assert report["schema"] == "eeg-doctor/1.0"
    states = [f["state"] for f in report["findings"]]
    assert set(states) <= {"ok", "warn", "fail"}
    worst = max(states, key=["ok", "warn", "fail"].index)
    assert report["state"] == worst
    assert r.returncode == (1 if worst == "fail" else 0), r
    # whatever is not well comes with a remedy
    assert all(f["remedy"] for f in report["findings"] if f["state"] != "ok")


def test_bus_sim_works_everywhere():
    report = json.loads(run("--doctor", "--format=json").stdout)
    sim = [f for f in report["findings"] if f["id"] == "simulator"]
    assert len(sim) == 1 and sim[0]["state"] == "ok" and "bus=sim" in sim[0]["found"]


def test_table_has_every_finding():
    report = json.loads(run("--doctor", "--format=json").stdout)
    lines = run("--doctor").stdout.splitlines()
    for f in report["findings"]:
        assert any(line.split()[:2] == [f["state"], f["id"]] for line in lines), f


def test_unknown_format_refused():
    r = run("--doctor", "--format=xml")
    assert r.returncode == 2 and "xml" in r.stderr


for name, test in sorted(globals().items()):
    if name.startswith("test_"):
        test()
        print("ok", name)
