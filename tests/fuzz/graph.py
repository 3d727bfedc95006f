#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hostile graph files: each is refused at once, with a place, and never crashes.

usage: graph.py REPLAY EEG_LAUNCH      runs them
       graph.py --write FOLDER         writes them, as seeds for libFuzzer
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from testrun import SLOW, program  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = b'{"schema":"eeg-pipeline/1.0","stages":[{"id":"a","element":"fakesrc"},' \
       b'{"id":"b","element":"fakesink"}],"links":[{"from":"a","to":"b"}]'
KIB = 1024


def graph(**changes):
    doc = json.loads(HEAD + b"}")
    doc.update(changes)
    return json.dumps(doc).encode()


def hostile():
    long_key = "k" * (100 * KIB)
    many = [{"id": "s%d" % n, "element": "nothing%d" % n} for n in range(256)]
    return {
        "empty": b"",
        "nested-lists": b"[" * 100000,
        "nested-objects": b'{"a":' * 100000,
        "nested-in-string-too": b'"\\"[[[' + b"[" * 100000,
        "nested-in-value": HEAD + b',"name":' + b"[" * 33 + b"]" * 33 + b"}",
        "closing-only": b"]" * 100000,
        "big-integer": HEAD + b',"name":12345678901234567890}',
        "big-exponent": HEAD + b',"name":1e999}',
        "many-digits": HEAD + b',"name":' + b"9" * 200000 + b"}",
        "many-decimals": HEAD + b',"name":0.' + b"9" * 200000 + b"}",
        "duplicate-key": HEAD + b',"links":[]}',
        "nul-byte": HEAD + b',"na\0me":1}',
        "nul-escape": HEAD + b',"name":"\\u0000"}',
        "nul-between": HEAD + b"\0}",
        "nul-behind-number": HEAD + b',"x":[1\0,1]}',
        "nul-behind-word": HEAD + b',"x":[true\0,1]}',
        "invalid-utf8": HEAD + b',"name":"\xff\xfe"}',
        "overlong-utf8": HEAD + b',"name":"\xc0\xaf"}',
        "cut-utf8": HEAD + b',"name":"\xe2\x82',
        "surrogate-utf8": HEAD + b',"name":"\xed\xa0\x80"}',
        "lone-surrogate": HEAD + b',"name":"\\ud800"}',
        "turned-surrogates": HEAD + b',"name":"\\udc00\\ud800"}',
        "byte-order-mark": b"\xef\xbb\xbf" + HEAD + b"}",
        "utf16": (HEAD + b"}").decode().encode("utf-16"),
        "trailing": HEAD + b"} }",
        "comment": HEAD + b"/* x */}",
        "single-quotes": b"{'a':1}",
        "nan": HEAD + b',"name":NaN}',
        "leading-zero": HEAD + b',"name":01}',
        "plus": HEAD + b',"name":+1}',
        "unclosed-string": HEAD + b',"name":"' + b"x" * 200000,
        "only-quotes": b'"' * 200000,
        "only-backslashes": b'"' + b"\\" * 200000,
        "mebibyte-blanks": b" " * KIB * KIB,
        "mebibyte-newlines": b"\n" * KIB * KIB,
        "mebibyte-zeros": b"\0" * KIB * KIB,
        "mebibyte-text": b"x" * KIB * KIB,
        "mebibyte-graph": HEAD + b',"name":"' + b"x" * KIB * KIB + b'"}',
        "huge-string-as-id": graph(stages=[{"id": "x" * 200000, "element": "fakesrc"}]),
        "huge-string-as-element": graph(stages=[{"id": "a", "element": "x" * 200000}]),
        # a pointer a child: as much memory as the key, for each of the entries
        "long-key-many-entries": json.dumps({long_key: [0] * 45000}).encode(),
        "long-keys-nested": json.dumps({long_key[:50000]: {long_key[:50000]: {
            long_key[:50000]: [0] * 20000}}}).encode(),
        "long-property": graph(stages=[{"id": "a", "element": "fakesrc", "properties": {
            long_key: [0] * 45000}}]),
        "many-keys": json.dumps({"k%d" % n: 0 for n in range(20000)}).encode(),
        "many-wrong-stages": graph(stages=[1] * 256, links=[1] * 1024),
        "too-many-stages": graph(stages=[1] * 60000),
        "too-many-links": graph(links=[1] * 60000),
        "many-unknown-elements": graph(stages=many, links=[]),
        "many-same-ids": graph(stages=[{"id": "a", "element": "fakesrc"}] * 256),
        "many-cycles": graph(
            stages=[{"id": "f%d" % n, "element": "funnel"} for n in range(32)],
            links=[{"from": "f%d" % a, "to": "f%d" % b}
                   for a in range(32) for b in range(32)]),
        "deep-pointer": HEAD + b',"x":' + b'{"x":' * 28 + b"1" + b"}" * 28 + b"}",
        "slashes-and-tildes": graph(**{"~1/~0~": {"/": {"~": 1}}}),
        "terminal-codes": graph(**{"\x1b[2J\x07\r\n\u202e\u2028": 1}),
        "element-typed-property": graph(stages=[{
            "id": "a", "element": "splitmuxsink", "properties": {"sink": "filesink"}}]),
        "caps-string": graph(links=[{"from": "a", "to": "b",
                                     "caps": "x/y, b=(GstBuffer)zz"}]),
        "caps-field-type": graph(links=[{"from": "a", "to": "b", "caps": {
            "media": "x/y", "fields": {"b(GstBuffer)": "zz"}}}]),
        "caps-media": graph(links=[{"from": "a", "to": "b", "caps": {
            "media": "x/y, b=(GstBuffer)zz"}}]),
    }


class Hostile(unittest.TestCase):
    def test_hostile_files_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = write(folder)
            r = subprocess.run([*program(REPLAY), *paths], text=True, capture_output=True, timeout=100 * SLOW)
            self.assertEqual(r.returncode, 0, r.stdout[-300:] + r.stderr[-3000:])
            times = dict(line.rsplit(" ", 1) for line in r.stdout.splitlines())
            self.assertEqual(set(times), set(paths))
            slowest = max(times, key=lambda p: float(times[p]))
            print("slowest: %s, %s ms of processor time" % (
                os.path.basename(slowest), times[slowest]))
            # processor time: does not depend on what else the machine does
            if "sanitize" not in os.environ.get("EEG_BUILD", ""):
                self.assertLess(float(times[slowest]), 1000 * SLOW, slowest)
            for path in paths:
                r = subprocess.run([*program(LAUNCH), "--check", path], capture_output=True,
                                   timeout=100 * SLOW)
                err = r.stderr.decode()  # valid UTF-8, whatever the file holds
                self.assertEqual((r.returncode, r.stdout), (2, b""), path)
                self.assertNotRegex(err, "CRITICAL|WARNING")
                # a place for each, no control characters, a bounded amount
                self.assertRegex(err, r"^%s:\d+:\d+: error: " % re.escape(path))
                self.assertNotRegex(err, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]")
                self.assertLessEqual(err.count(": error: "), 100)
                self.assertLess(len(err), 300000, path)


def write(folder):
    paths = []
    for name, data in hostile().items():
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "wb") as f:
            f.write(data)
    return paths


if sys.argv[1] == "--write":
    write(sys.argv[2])
else:
    REPLAY, LAUNCH = (os.path.abspath(p) for p in sys.argv[1:3])
    del sys.argv[1:3]
    unittest.main()
