#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every shipped graph started and stopped again and again in one process: from a
new pipeline each time, and one pipeline up and down. Files, threads and memory
stand still. EEG_RESTARTS sets how often (100).

usage: restarts.py            every graph, each in a process of its own
       restarts.py GRAPH_FILE that graph, in this process
"""
import glob
import os
import subprocess
import sys
import tempfile

from rig import HERE, PYTHON, setting

RESTARTS = setting("EEG_RESTARTS", 100)


def count():
    """(kB of memory, what the open files are, threads)"""
    with open("/proc/self/status") as f:
        rss = next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))
    files = []
    for n in os.listdir("/proc/self/fd"):
        try:
            files.append(os.readlink(f"/proc/self/fd/{n}").split(":")[0])
        except FileNotFoundError:
            pass  # the one that listed them
    return rss, sorted(files), len(os.listdir("/proc/self/task"))


def play(Gst, pipeline):
    """Until every sink has had a buffer. The sinks are waited for by their counters."""
    bus = pipeline.get_bus()
    assert pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE, bus.pop_filtered(
        Gst.MessageType.ERROR).parse_error()
    sinks = []
    it = pipeline.iterate_sinks()
    while True:
        ok, element = it.next()
        if ok != Gst.IteratorResult.OK:
            break
        sinks.append(element)
    while True:
        message = bus.timed_pop_filtered(5 * Gst.MSECOND, Gst.MessageType.ERROR | Gst.MessageType.WARNING)
        assert message is None, message.parse_error() if message.type == Gst.MessageType.ERROR else message.parse_warning()
        if all(s.get_property("stats").get_value("delivered") > 0 for s in sinks):
            break
    pipeline.set_state(Gst.State.NULL)


def one(path):
    import gi
    gi.require_version("Gst", "1.0")
    from gi.repository import Gst
    Gst.init(None)
    text = subprocess.run([os.environ["EEG_LAUNCH"], "--print", path], text=True, capture_output=True, check=True).stdout
    text = text.replace("port=9000", "port=0").replace("if-exists=number", "if-exists=overwrite")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        pipeline = Gst.parse_launch(text)
        for n in range(RESTARTS):
            play(Gst, pipeline)
            fresh = Gst.parse_launch(text)
            play(Gst, fresh)
            del fresh
            if n == RESTARTS // 4:
                first = count()
        last = count()
        os.chdir("/")
    print(f"{os.path.basename(path)}: 2 x {RESTARTS} starts, memory {first[0]} kB then {last[0] - first[0]:+} kB, "
          f"files {len(first[1])} and {len(last[1])}, threads {first[2]} and {last[2]}")
    assert len(last[1]) <= len(first[1]), (first[1], last[1])
    # pools of threads are kept by GLib for a while
    assert last[2] <= first[2] + 4, (first[2], last[2])
    assert last[0] - first[0] < 3000 + 10 * RESTARTS, "memory grows with every start"


def main():
    if len(sys.argv) > 1:
        return one(sys.argv[1])
    graphs = sorted(glob.glob(os.path.join(HERE, "..", "..", "pipelines", "*.json")))
    assert len(graphs) >= 4, graphs
    bad = [g for g in graphs if subprocess.run([PYTHON, os.path.abspath(__file__), os.path.realpath(g)]).returncode]
    assert not bad, bad


main()
