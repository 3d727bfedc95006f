#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The published schema and the checker say the same: thousands of mutated graph
files, judged by python3-jsonschema and by libgsteeggraph.

usage: graph-schema.py GRAPH_VERDICTS PIPELINES_FOLDER
"""
import copy
import glob
import json
import os
import random
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import SLOW, need, program  # noqa: E402

need("jsonschema")
import jsonschema  # noqa: E402

DRIVER, FOLDER = (os.path.abspath(a) for a in sys.argv[1:3])
del sys.argv[1:3]
with open(os.path.join(FOLDER, "schema", "eeg-pipeline-1.schema.json")) as f:
    SCHEMA = json.load(f)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# Every key of the format once.
FULL = {"$schema": "x", "schema": "eeg-pipeline/1.0", "name": "n", "description": "d",
        "defaults": {"queue": {"max-time-ms": 10, "max-buffers": 0, "leaky": "no"},
                     "pool": {"min-buffers": 4, "max-buffers": 8}},
        "stages": [{"id": "a", "element": "eegtestsrc", "description": "d", "properties":
                    {"rate": 250, "labels": ["O1", "O2"], "channels": 2}},
                   {"id": "c", "element": "capsfilter", "properties":
                    {"caps": {"media": "audio/x-raw", "fields": {"rate": 250}}}},
                   {"id": "b", "element": "fakesink"}],
        "links": [{"from": "a", "to": "c", "description": "d", "caps":
                   {"media": "audio/x-raw", "fields": {"rate": 250, "x": [1, 2],
                                                       "format": "F32LE"}}},
                  {"from": "c", "to": "b", "queue": {"max-time-ms": 5,
                                                     "leaky": "downstream"}}]}

VALUES = [None, True, False, 0, 1, -1, 2, 255, 256, 257, 65536, 65537, 3600000, 3600001,
          1000001, 2147483648, -2147483649, 9007199254740993, 0.5, 1.0, 1e300, -0.0,
          "", "a", "A", "a b", "no", "downstream", "down", "eeg-pipeline/1.0",
          "eeg-pipeline/1.7", "eeg-pipeline/1.07", "eeg-pipeline/2.0", "eeg-pipeline/1.0\n",
          "other/1.0", "a\n", "a" * 32, "a" * 33, "\u00e4", "audio/x-raw", "(x)", [], {}, [1],
          [1, 2], [1, 2.5], ["a", 1], [[1, 2], [3]], [[[1]]], [None], {"media": "a/b"},
          {"media": 1}, {"media": "a/b", "fields": {}}, {"media": "a/b", "field": {}},
          {"media": "a/b", "fields": {"x y": 1}}, {"media": "a/b", "fields": {"x": [1]}},
          {"media": "a/b", "fields": {"x": None}}, {"id": "z", "element": "fakesink"}]
KEYS = ["id", "name", "to", "from", "queue", "caps", "pool", "x-note", "", "element",
        "properties", "leaky", "max-time-ms", "min-buffers", "media", "fields", "schema",
        "stages", "a b", "a" * 65, "version", "params"]


def places(node, path=()):
    yield path
    items = node.items() if isinstance(node, dict) else \
        enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from places(value, path + (key,))


def at(node, path):
    for key in path:
        node = node[key]
    return node


def mutate(doc, rng):
    doc = copy.deepcopy(doc)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        path = rng.choice([p for p in places(doc)])
        if not path:
            if rng.random() < 0.02:
                return copy.deepcopy(rng.choice(VALUES))
            continue
        parent, key = at(doc, path[:-1]), path[-1]
        how = rng.choice(("delete", "rename", "duplicate", "retype", "insert", "swap"))
        if how == "delete":
            del parent[key]
        elif how == "rename" and isinstance(parent, dict):
            parent[rng.choice(KEYS)] = parent.pop(key)
        elif how == "duplicate" and isinstance(parent, list):
            times = 300 if rng.random() < 0.02 else 1
            parent.extend([copy.deepcopy(parent[key])] * times)
        elif how == "insert":
            inside = at(doc, path)
            if isinstance(inside, dict):
                inside[rng.choice(KEYS)] = copy.deepcopy(rng.choice(VALUES))
            elif isinstance(inside, list):
                inside.insert(0, copy.deepcopy(rng.choice(VALUES)))
        elif how == "swap":
            other = rng.choice([p for p in places(doc)])
            parent[key] = copy.deepcopy(at(doc, other))
        else:
            parent[key] = copy.deepcopy(rng.choice(VALUES))
        if not isinstance(doc, (dict, list)):
            break
    return doc


def verdicts(lines):
    r = subprocess.run(program(DRIVER), input="\n".join(lines) + "\n", text=True,
                       capture_output=True, timeout=100 * SLOW)
    assert r.returncode == 0, r.stderr
    answers = [line.split() for line in r.stdout.splitlines()]
    assert len(answers) == len(lines), r.stderr
    return [(a[0] == "1", a[1] == "1", int(a[2]), int(a[3]), a[4:]) for a in answers]


class Schema(unittest.TestCase):
    def test_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_shipped_graphs_fit(self):
        docs = [FULL]
        for path in glob.glob(os.path.join(FOLDER, "*.json")):
            with open(path) as f:
                docs.append(json.load(f))
        self.assertGreaterEqual(len(docs), 5)
        for doc, verdict in zip(docs, verdicts([json.dumps(d) for d in docs])):
            VALIDATOR.validate(doc)
            self.assertEqual(verdict[:2], (True, True), doc)

    def test_mutations_refused_alike(self):
        rng = random.Random(1299)
        bases = [FULL] * 6
        for path in sorted(glob.glob(os.path.join(FOLDER, "*.json"))):
            with open(path) as f:
                bases.append(json.load(f))
        docs = [mutate(rng.choice(bases), rng) for _ in range(3000)]
        docs += [dict(FULL, schema=v) for v in VALUES]  # every version, surely
        docs += [dict(FULL, stages=FULL["stages"][:1] * 300)]
        docs += [dict(FULL, stages=[]), dict(FULL, stages=[dict(FULL["stages"][0], properties=v)
                                                           for v in VALUES])]
        lines = [json.dumps(d) for d in docs]
        refused = 0
        codes = set()
        for doc, line, (shape, check, at_line, column, found) in zip(
                docs, lines, verdicts(lines)):
            valid = VALIDATOR.is_valid(doc)
            self.assertEqual(shape, valid, line)
            if not valid:
                refused += 1
                self.assertFalse(check, line)
                self.assertEqual(at_line, 1, line)
                self.assertGreaterEqual(column, 1, line)
            codes.update(found)
        # the mutations do reach both sides, and most of the words
        self.assertGreater(refused, 1000)
        self.assertGreater(len(docs) - refused, 300)
        for code in ("unknown-key", "wrong-type", "missing-key", "out-of-range",
                     "unknown-value", "bad-id", "bad-media", "bad-field",
                     "unknown-schema", "unknown-version", "newer-version", "no-stages",
                     "renamed", "duplicate-id", "unknown-stage", "unknown-element",
                     "unlinked", "too-many-stages", "more"):
            self.assertIn(code, codes)

    def test_what_no_schema_can_say_refused(self):
        text = json.dumps(FULL)
        lines = [text.replace('"name": "n"', '"name": "n", "name": "n"'),
                 text.replace('"id": "b"', '"id": "a"'),
                 text.replace('"from": "c"', '"from": "nobody"'),
                 text.replace('"rate": 250', '"rate": -1'),
                 text.replace('"rate": 250', '"rat": 250')]
        for line, verdict in zip(lines, verdicts(lines)):
            self.assertTrue(VALIDATOR.is_valid(json.loads(line)), line)
            self.assertFalse(verdict[1], line)


unittest.main()
