#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The scripts of the README in trees as people have them: without .git, with a
build directory that is broken, that is none, without sudo.

usage: scripts.py SOURCE_ROOT

Compiler and package manager are replaced by stand-ins that only write down how
they were called: what is tested is what the scripts decide.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.realpath(sys.argv.pop())


class Scripts(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.dir)
        self.tree = os.path.join(self.dir, "a tree")
        os.makedirs(self.tree)
        shutil.copytree(os.path.join(ROOT, "scripts"), os.path.join(self.tree, "scripts"))
        self.bin = os.path.join(self.dir, "bin")
        os.mkdir(self.bin)
        self.log = os.path.join(self.dir, "calls")
        for tool in ("sh", "dirname", "ls", "rm", "cat", "grep", "find", "env", "mkdir", "touch"):
            os.symlink(shutil.which(tool), os.path.join(self.bin, tool))
        self.stand_in("dpkg-query", "echo 'install ok installed'")
        self.stand_in("meson", 'mkdir -p "$2/meson-private"; touch "$2/build.ninja"')
        # a ninja that meets a directory with a file named broken fails, as with the real one
        self.stand_in("ninja", '[ ! -e "$2/broken" ]')
        self.stand_in("id", "echo 1000")

    def stand_in(self, name, text):
        path = os.path.join(self.bin, name)
        with open(path, "w") as f:
            f.write(f'#!/bin/sh\necho {name} "$@" >>"{self.log}"\n{text}\n')
        os.chmod(path, 0o755)

    def run_script(self, name, *arguments, code=0):
        out = subprocess.run([os.path.join(self.tree, "scripts", name), *arguments], cwd="/", text=True, capture_output=True,
                             env={"PATH": self.bin, "HOME": self.dir}, timeout=30)
        self.assertEqual(out.returncode, code, out.stdout + out.stderr)
        return out

    def calls(self, tool):
        with open(self.log) as f:
            return [line.strip() for line in f if line.startswith(tool + " ")]

    def test_first_build(self):
        self.run_script("build.sh")
        self.assertEqual(self.calls("meson"), ["meson setup build"])
        self.assertEqual(self.calls("ninja"), ["ninja -C build"])
        # the second time nothing is configured
        self.run_script("build.sh")
        self.assertEqual(len(self.calls("meson")), 1)

    def test_broken_build_directory_is_set_up_anew(self):
        build = os.path.join(self.tree, "build")
        os.makedirs(os.path.join(build, "meson-private"))
        for name in ("broken", "build.ninja"):
            open(os.path.join(build, name), "w").close()
        out = self.run_script("build.sh")
        self.assertIn("setting it up anew", out.stdout)
        self.assertEqual(self.calls("meson"), ["meson setup build"])
        self.assertFalse(os.path.exists(os.path.join(build, "broken")))

    def test_half_configured_is_set_up_anew(self):
        os.makedirs(os.path.join(self.tree, "build", "meson-private"))
        self.run_script("build.sh")
        self.assertEqual(self.calls("meson"), ["meson setup build"])

    def test_foreign_directory_refused(self):
        build = os.path.join(self.tree, "build")
        os.makedirs(build)
        kept = os.path.join(build, "thesis.txt")
        open(kept, "w").close()
        out = self.run_script("build.sh", code=1)
        self.assertIn("is no build directory", out.stderr)
        self.assertTrue(os.path.exists(kept))

    def test_no_sudo_refused(self):
        self.stand_in("dpkg-query", "exit 1")
        self.stand_in("apt-get", "exit 0")
        out = self.run_script("deps.sh", code=1)
        self.assertEqual(len(out.stderr.splitlines()), 1, out.stderr)
        self.assertIn("As root: apt-get install build-essential", out.stderr)
        self.assertEqual(self.calls("apt-get"), [])

    def test_peers_only_when_asked_for(self):
        self.stand_in("dpkg-query", "exit 1")
        self.assertNotIn("libsoxr-dev", self.run_script("deps.sh", code=1).stderr)
        out = self.run_script("deps.sh", "--peers", code=1)
        for name in ("libsoxr-dev", "libsamplerate0-dev", "libedf-dev", "valgrind"):
            self.assertIn(name, out.stderr)

    def test_no_apt_refused(self):
        self.stand_in("dpkg-query", "exit 1")
        out = self.run_script("deps.sh", code=1)
        self.assertIn("no apt-get here", out.stderr)

    def test_format_without_git(self):
        for folder in ("gst", "gst-libs", "ext", "tools", "tests", "examples"):
            os.mkdir(os.path.join(self.tree, folder))
        open(os.path.join(self.tree, "gst", "x.c"), "w").close()
        self.stand_in("clang-format", "exit 0")
        self.run_script("format.sh", "--check")
        self.assertEqual(self.calls("clang-format"), ["clang-format --dry-run --Werror gst/x.c"])


unittest.main()
