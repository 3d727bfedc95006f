#!/usr/bin/env python3
"""Sum up a meson test log: single checks where the runner prints them.

usage: count-tests.py testlog.json [FORMAT_CHECK_STATUS]
Prints what was skipped, then "N passed, N failed"; exit status 1 if any failed.
"""
import json
import re
import sys


def cases(out):
    """(cases, bad ones) as the runner of the test printed them; None when it prints no count."""
    check = re.findall(r"Checks: (\d+), Failures: (\d+), Errors: (\d+)", out)  # libcheck
    if check:
        return sum(int(c) for c, _, _ in check), sum(int(f) + int(e) for _, f, e in check)
    ran = re.search(r"^Ran (\d+) tests? in ", out, re.M)  # Python's unittest
    if ran:
        told = dict(re.findall(r"(failures|errors|skipped)=(\d+)", out[ran.end():]))
        bad = int(told.get("failures", 0)) + int(told.get("errors", 0))
        return int(ran[1]) - int(told.get("skipped", 0)), bad
    named = re.findall(r"^(ok  |FAIL) \S+", out, re.M)  # the viewer's tests, the lines of the documentation
    if named:
        return len(named), named.count("FAIL")
    return None


def main():
    passed = failed = 0
    bad, skips = [], []
    with open(sys.argv[1], encoding="utf-8") as log:
        for line in log:
            t = json.loads(line)
            out = t.get("stdout", "") + t.get("stderr", "")
            if t["result"] == "SKIP":
                skips.append((t["name"], (out.strip().splitlines() or ["no reason given"])[-1]))
                continue
            n, wrong = cases(out) or (1, 0)
            if t["result"] == "OK":
                passed += n
                continue
            # a test that crashed or ran out of time has at least one bad case
            failed += max(wrong, 1)
            passed += max(n - max(wrong, 1), 0)
            bad.append(t["name"])
    if len(sys.argv) > 2:
        if sys.argv[2] != "0":
            failed += 1
            bad.append("formatting (scripts/format.sh mends it)")
        else:
            passed += 1
    for name, why in skips:
        print(f"skipped: {name}: {why}")
    for name in bad:
        print(f"failed: {name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
