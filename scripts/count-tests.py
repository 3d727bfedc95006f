#!/usr/bin/env python3
"""Sum up a meson test log: single checks where the runner prints them.

usage: count-tests.py testlog.json [FORMAT_CHECK_STATUS]
Prints what was skipped, then "N passed, N failed"; exit status 1 if any failed.
"""
import json
import re
import sys

passed = failed = skipped = 0
bad, skips = [], []
for line in open(sys.argv[1], encoding="utf-8"):
    t = json.loads(line)
    out = t.get("stdout", "") + t.get("stderr", "")
    sums = re.findall(r"Checks: (\d+), Failures: (\d+), Errors: (\d+)", out)
    if t["result"] == "SKIP":
        skipped += 1
        skips.append((t["name"], out.strip().splitlines()[-1:] or ["no reason given"]))
    elif t["result"] == "OK":
        passed += sum(int(c) for c, _, _ in sums) if sums else 1
    else:
        f = sum(int(a) + int(b) for _, a, b in sums)
        passed += sum(int(c) for c, _, _ in sums) - f if f else 0
        failed += f or 1
        bad.append(t["name"])
if len(sys.argv) > 2:
    if sys.argv[2] != "0":
        failed += 1
        bad.append("formatting (scripts/format.sh mends it)")
    else:
        passed += 1
for name, why in skips:
    print(f"skipped: {name}: {why[0]}")
for name in bad:
    print(f"failed: {name}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
