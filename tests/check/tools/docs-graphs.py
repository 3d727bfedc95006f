#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every example of docs/graphs.md: files pass the check (or are refused with
exactly the text that follows them), and eeg-launch takes every command line.

usage: docs-graphs.py EEG_LAUNCH SOURCE_ROOT           tests
       docs-graphs.py EEG_LAUNCH SOURCE_ROOT --write   renews the text of mistakes
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import SLOW, program  # noqa: E402

TOOL = program(os.path.abspath(sys.argv[1]))
PAGE = os.path.join(sys.argv[2], "docs", "graphs.md")
WRITE = "--write" in sys.argv
with open(PAGE) as f:
    TEXT = f.read()
FENCE = re.compile(r"(?:^`([a-z]+\.json)`(, refused)?:\n\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)


def launch(folder, *args):
    return subprocess.run([*TOOL, *args], cwd=folder, text=True, capture_output=True, timeout=50 * SLOW)


def write_files(folder):
    for name, _, kind, body in FENCE.findall(TEXT):
        if kind == "json":
            with open(os.path.join(folder, name), "w") as f:
                f.write(body)


class Page(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        write_files(self.dir.name)

    def test_files(self):
        blocks = FENCE.findall(TEXT)
        count = 0
        for n, (name, refused, kind, _) in enumerate(blocks):
            if kind != "json":
                continue
            count += 1
            r = launch(self.dir.name, "--check", name)
            if refused:
                self.assertEqual((r.returncode, r.stdout), (2, ""))
                # elements may get more properties than the page lists
                shown, told = (re.sub("(has no property.*\n.*allowed )[^;]*", r"\1", t)
                               for t in (blocks[n + 1][3], r.stderr))
                self.assertEqual(told, shown)
            else:
                self.assertEqual((r.returncode, r.stdout, r.stderr), (0, "", ""))
        self.assertEqual(count, 3)

    def test_command_lines(self):
        count = 0
        for _, _, kind, body in FENCE.findall(TEXT):
            for line in body.splitlines() if kind == "sh" else ():
                words = shlex.split(line, comments=True)
                self.assertEqual(words[0], "eeg-launch")
                count += 1
                # nothing runs for long, and no port is taken
                r = launch(self.dir.name, *words[1:], *(
                    () if {"--list-presets", "--explain", "--print"} & set(words)
                    else ("--check",)))
                self.assertEqual((r.returncode, r.stderr), (0, ""), line)
        self.assertGreaterEqual(count, 10)

    def test_words_of_errors(self):
        """The list of codes is that of the library's sources and schema."""
        root = os.path.dirname(os.path.dirname(PAGE))
        words = set()
        for folder, end in (("gst-libs/gst/eeggraph", ".c"), ("pipelines/schema", ".json")):
            for name in os.listdir(os.path.join(root, folder)):
                if name.endswith(end):
                    with open(os.path.join(root, folder, name)) as f:
                        text = f.read()
                    words |= set(re.findall(
                        r'(?:graph_error \(\s*(?:c->)?(?:graph|g), |"x-code": )"([a-z-]+)"', text))
        listed = set(re.findall(r"`([a-z-]+)`", TEXT[TEXT.index("`code` is a fixed word"):
                                                   TEXT.index("## Running")]))
        self.assertGreater(len(words), 20)
        self.assertLessEqual(words, listed)


if WRITE:
    with tempfile.TemporaryDirectory() as folder:
        write_files(folder)
        blocks = list(FENCE.finditer(TEXT))
        for n, block in enumerate(blocks):
            if block[2]:
                told = launch(folder, "--check", block[1]).stderr
                TEXT = TEXT[:blocks[n + 1].start(4)] + told + TEXT[blocks[n + 1].end(4):]
                break
    with open(PAGE, "w") as f:
        f.write(TEXT)
else:
    del sys.argv[1:3]
    unittest.main()
