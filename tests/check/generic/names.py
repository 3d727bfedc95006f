#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every test that the documentation names is a test of this build, and every case
behind a colon stands in its source. Links between pages lead somewhere, README.md
names every element and docs/README.md every page.

usage: names.py SOURCE_ROOT BUILD_ROOT
"""
import json
import os
import re
import subprocess
import sys

ROOT, BUILD = map(os.path.realpath, sys.argv[1:3])
NAME = re.compile(r"`((?:libs|elements|tools|generic|deep|fuzz|pipelines)/[\w.-]+|viewer-\w+)(?::(\w+))?`")


def main():
    out = subprocess.run(["meson", "introspect", "--tests", BUILD], text=True, capture_output=True, check=True).stdout
    tests = {t["name"]: t for t in json.loads(out)}
    bad, count = [], 0
    pages = [os.path.join(folder, n) for folder, _, names in os.walk(os.path.join(ROOT, "docs")) for n in names if n.endswith(".md")]
    pages += [os.path.join(ROOT, n) for n in os.listdir(ROOT) if n.endswith(".md")]
    for page in sorted(pages):
        with open(page, encoding="utf-8") as f:
            text = f.read()
        where = os.path.relpath(page, ROOT)
        for name, case in NAME.findall(text):
            if name.startswith("pipelines/"):
                if not os.path.exists(os.path.join(ROOT, name)):
                    bad.append(f"{where}: there is no {name}")
                continue
            count += 1
            if name not in tests:
                if os.path.exists(os.path.join(ROOT, "tests", name)):  # a folder or a file
                    continue
                bad.append(f"{where}: there is no test {name}")
            elif case:
                sources = [a for a in tests[name]["cmd"] if a.endswith((".py", ".c"))]
                sources += [os.path.join(ROOT, "tests", "check", name + ".c")]
                found = False
                for s in sources:
                    if os.path.exists(s):
                        with open(s, encoding="utf-8") as f:
                            found |= bool(re.search(rf"\b(test_)?{case}\b", f.read()))
                if not found:
                    bad.append(f"{where}: {name} has no case {case}")
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            if not os.path.exists(os.path.join(os.path.dirname(page), target)):
                bad.append(f"{where}: the link to {target} leads nowhere")
    readme, index = (open(os.path.join(ROOT, n), encoding="utf-8").read() for n in ("README.md", "docs/README.md"))
    for page in pages:
        folder, name = os.path.split(page)
        if folder.endswith("docs/reference") and name != "README.md" and f"`{name[:-3]}`" not in readme:
            bad.append(f"README.md: the table of elements lacks {name[:-3]}")
        if folder.endswith("docs") and name != "README.md" and f"({name})" not in index:
            bad.append(f"docs/README.md: no row for {name}")
    for line in bad:
        print(line)
    print(f"{count} names of tests, {len(bad)} wrong")
    return 1 if bad or count < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
