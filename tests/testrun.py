# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests written in Python share: how a program of the build is started, and
what makes a whole test skip. A build for another processor runs in the emulator
that Meson names (tests/emulated)."""
import importlib.util
import os
import sys

EMULATOR = os.environ.get("EEG_EMULATOR", "")
# An emulated program takes as much longer.
SLOW = 10 if EMULATOR else 1


def skip(reason):
    print("SKIP:", reason)
    sys.exit(77)


def need(*modules):
    """Skips without one of these Python modules."""
    for name in modules:
        if importlib.util.find_spec(name) is None:
            skip(f"no Python module {name} (Debian: python3-{name})")


def need_plugins():
    """Skips unless this Python can load the plugins of the build."""
    if EMULATOR:
        skip("Python is of this machine's processor and cannot load plugins for another one")
    need("gi")


def program(path):
    """The beginning of a command that starts this program of the build."""
    return [EMULATOR, path] if EMULATOR else [path]
