#!/usr/bin/env python3
"""Cycles of the cascade's inner loop by llvm-mca's models of processors that one does not have.

    scripts/model-cascade.py [BUILD]

Takes the loop of the five-section kernel for floats out of the built library and prints its cycles
for one frame of a vector of channels, and how many times those of perf-check's bound (five
multiply-adds a section) that is, both by the same model. A model, not a measurement: it knows
neither memory nor what surrounds the loop, and takes every register move for work. Needs llvm-mca
of LLVM 16 or later (package llvm-19 in Debian 12); that of LLVM 14 has AVX2 at half speed on Zen 3.
"""

import re
import shutil
import subprocess
import sys

SECTIONS = 5
MODELS = [
    ("avx2", "znver3", "Zen 3"),
    ("avx2", "haswell", "Haswell"),
    ("avx2", "skylake-avx512", "Skylake-X"),
    ("avx512", "skylake-avx512", "Skylake-X, two 512-bit units"),
    ("avx512", "icelake-client", "Ice Lake, one 512-bit unit"),
    ("avx512", "znver4", "Zen 4, halves in turn"),
]
FORMS = ["any", "unit", "symmetric"]  # EegDspForm


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def loop(archive, function):
    """The last loop of @function without a jump inside that has the most multiply-adds."""
    text = run("objdump", "-d", "--no-show-raw-insn", archive)
    body = re.search(rf"<{function}>:\n(.*?)(?:\n\n|\Z)", text, re.S)
    if not body:
        sys.exit(f"{archive}: no {function}")
    code = re.findall(r"^\s*([0-9a-f]+):\t([^#\n]*)", body[1], re.M)
    best, most = None, 1
    for i, (address, what) in enumerate(code):
        jump = re.match(r"j\w+\s+([0-9a-f]+)", what)
        if not jump or int(jump[1], 16) > int(address, 16):
            continue
        inside = [w for a, w in code[: i + 1] if int(a, 16) >= int(jump[1], 16)][:-1]
        n = sum("fmadd" in w for w in inside)
        if n >= most and not any(w.startswith("j") for w in inside):
            best, most = inside, n
    return "\n".join(best + ["jne 0"])


def cycles(mca, cpu, code):
    out = run(mca, "-mtriple=x86_64", f"-mcpu={cpu}", "-iterations=1000", text=code)
    return int(re.search(r"Total Cycles:\s+(\d+)", out)[1]) / 1000


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "build"
    mca = next((p for p in (shutil.which(f"llvm-mca-{v}") for v in range(30, 15, -1)) if p), None)
    if not mca:
        sys.exit("model-cascade.py: no llvm-mca of LLVM 16 or later (apt-get install llvm-19)")
    print(f"{'':30} {'':7} {'bound':>7}", *(f"{f:>15}" for f in FORMS))
    for isa, cpu, name in MODELS:
        v = "zmm" if isa == "avx512" else "ymm"
        ten = "\n".join(f"vfmadd231pd %{v}14, %{v}15, %{v}{i}" for i in range(10)) + "\njne 0"
        bound = cycles(mca, cpu, ten) / 10 * 5 * SECTIONS
        archive = f"{build}/gst-libs/gst/eeg/dsp/libeegdsp-kernel-{isa}.a"
        print(f"{name:30} {isa:7} {bound:7.1f}", end="")
        for form in FORMS:
            n = cycles(mca, cpu, loop(archive, f"{form}_{SECTIONS}_f32"))
            print(f"   {n:5.1f} x {n / bound:4.2f}", end="")
        print()


main()
