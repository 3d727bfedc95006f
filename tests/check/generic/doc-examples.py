#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every gst-launch-1.0 line of the doc blocks and of the documentation, and
checks every eeg-launch line.

usage: doc-examples.py SOURCE_ROOT EEG_LAUNCH [TEXT]   (TEXT: only lines that hold it)

A pipeline that is endless may play for a moment and is then stopped; one that
posts an error or a warning, or does not parse, fails. Endless or not, at least
one buffer must reach every sink. Ports are replaced by 0 (any free one). Lines
that name hardware (bus=linux), a server elsewhere (rtspsrc) or a file that only
the reader has are parsed and nothing else.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import need_plugins  # noqa: E402

need_plugins()
import gi  # noqa: E402

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

ROOT = os.path.realpath(sys.argv[1])
EEG_LAUNCH = os.path.realpath(sys.argv[2])
ONLY = sys.argv[3] if len(sys.argv) > 3 else ""
HEADLESS = {"autovideosink": "fakesink", "autoaudiosink": "fakesink"}  # no screen, no loudspeaker here
MOMENT = 0.5  # seconds of playing for a pipeline without end


def files():
    for top, ends in (("gst", ".c"), ("ext", ".c"), ("docs", ".md"), ("examples", ".md")):
        for folder, _, names in sorted(os.walk(os.path.join(ROOT, top))):
            for name in sorted(names):
                # the pages of docs/reference repeat the doc blocks
                if name.endswith(ends) and not folder.endswith("docs/reference"):
                    yield os.path.join(folder, name)
    for name in ("README.md", "CONTRIBUTING.md"):
        yield os.path.join(ROOT, name)


def lines():
    """(where, words after the program's name, program)"""
    for path in files():
        with open(path, encoding="utf-8") as f:
            text = f.read()
        if path.endswith(".c"):
            blocks = re.findall(r"/\*\*\n \* SECTION:element-.*?\*/", text, re.S)
            text = re.sub(r"^ \* ?", "", "\n".join(blocks), flags=re.M)
        text = re.sub(r"\\\n\s*", " ", text)
        for line in text.split("\n"):
            m = re.match(r"\s*(?:\$ )?(?:[A-Z_0-9]+=\S+ )*(gst-launch-1\.0|eeg-launch) (.*)", line)
            if m:
                yield os.path.relpath(path, ROOT), m[1], shlex.split(m[2], comments=True)


def run(words):
    """None, or what went wrong."""
    words = [w for w in words if w not in ("-q", "-v", "-e", "-m")]
    words = [HEADLESS.get(w, re.sub(r"^port=\d+$", "port=0", w)) for w in words]
    try:
        pipeline = Gst.parse_launchv(words)
    except GLib.Error as error:
        return f"does not parse: {error.message}"
    if not isinstance(pipeline, Gst.Pipeline):
        whole = Gst.Pipeline()
        whole.add(pipeline)
        pipeline = whole
    if any(w == "bus=linux" or w == "rtspsrc" for w in words):  # examples.py has a server for the latter
        return None
    for w in words:
        m = re.match(r"(?:sim-file|location)=(.*)", w)
        if m and not os.path.exists(m[1]) and not any("sink" in x or "filesink" in x for x in words):
            return None
    arrived = {}
    it = pipeline.iterate_sinks()
    while True:
        ok, sink = it.next()
        if ok != Gst.IteratorResult.OK:
            break
        for pad in sink.sinkpads:
            arrived[pad] = 0
            pad.add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST,
                          lambda p, i, key=pad: arrived.__setitem__(key, 1) or Gst.PadProbeReturn.OK)
    bus = pipeline.get_bus()
    wrong = None
    pipeline.set_state(Gst.State.PLAYING)
    try:
        end = GLib.get_monotonic_time() + 30 * 1000000
        moment = None
        while True:
            message = bus.timed_pop_filtered(50 * Gst.MSECOND, Gst.MessageType.ERROR | Gst.MessageType.WARNING |
                                             Gst.MessageType.EOS)
            now = GLib.get_monotonic_time()
            if message is not None:
                if message.type == Gst.MessageType.EOS:
                    break
                parsed = message.parse_error() if message.type == Gst.MessageType.ERROR else message.parse_warning()
                # a processor without the right to real-time priority is no mistake of the line
                if message.type == Gst.MessageType.WARNING and "priority" in str(parsed):
                    continue
                return f"{message.src.get_name()}: {parsed[0].message}"
            if all(arrived.values()):
                moment = moment or now + MOMENT * 1e6
                if now > moment:
                    break
            if now > end:
                return "no buffer reached the sink within 30 s"
        if not all(arrived.values()):
            wrong = "the stream ended before a buffer reached the sink"
    finally:
        pipeline.set_state(Gst.State.NULL)
    return wrong


def check(words, folder):
    out = subprocess.run([EEG_LAUNCH, "--check", *words] if words[0] not in ("--list-presets", "--version", "--help")
                         else [EEG_LAUNCH, *words], cwd=folder, text=True, capture_output=True, timeout=60)
    return None if out.returncode == 0 else out.stderr.strip()


def main():
    Gst.init(None)
    failed = count = 0
    seen = set()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for where, program, words in lines():
            text = " ".join(words)
            if (program, text) in seen or ONLY not in text:
                continue
            seen.add((program, text))
            inner = tempfile.mkdtemp(dir=folder)
            os.chdir(inner)
            if program == "eeg-launch":
                wrong = check(words, inner) if not any(w.endswith(".json") and not os.path.exists(w) for w in words) else None
            else:
                wrong = run(words)
            os.chdir(folder)
            count += 1
            if wrong:
                failed += 1
                print(f"FAIL {where}: {program} {text}\n     {wrong}", flush=True)
            else:
                print(f"ok   {where}: {program} {text}", flush=True)
    print(f"{count} lines, {failed} failed")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
