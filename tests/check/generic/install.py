#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an installed tree can do, and what `meson devenv` finds.

usage: install.py SOURCE_ROOT BUILD_ROOT MESON

Installs into an empty directory, builds examples/c/appsink.c with what pkg-config
says there, and runs tools, plugins, presets and Python from there only.
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import EMULATOR, SLOW, program  # noqa: E402

MESON = sys.argv.pop()
BUILD = os.path.realpath(sys.argv.pop())
ROOT = os.path.realpath(sys.argv.pop())
PYTHON = "/usr/bin/python3"
# of the processor that the build is for
CC = shlex.split(os.environ.get("CC", "cc"))
PKG_CONFIG = os.environ.get("PKG_CONFIG", "pkg-config")
LOG = os.path.join(BUILD, "meson-logs", "install-log.txt")


def run(command, env=None, cwd="/", code=0):
    out = subprocess.run(command, env=env, cwd=cwd, text=True, capture_output=True, timeout=120 * SLOW)
    assert out.returncode == code, f"{command}: {out.returncode}\n{out.stdout}{out.stderr}"
    return out.stdout


def options():
    out = json.loads(run([MESON, "introspect", "--buildoptions", BUILD]))
    return {o["name"]: o["value"] for o in out}


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp()
        cls.dest = os.path.join(cls.dir, "dest")
        # `ninja uninstall` of the user goes by this list: it is put back
        kept = open(LOG, "rb").read() if os.path.exists(LOG) else None
        try:
            run([MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", cls.dest])
            cls.logged = [line for line in open(LOG).read().split("\n") if line and not line.startswith("#")]
        finally:
            if kept is None:
                os.remove(LOG)
            else:
                with open(LOG, "wb") as f:
                    f.write(kept)
        o = options()
        cls.options = o
        cls.prefix = cls.dest + o["prefix"]
        cls.libdir = os.path.join(cls.prefix, o["libdir"])
        cls.data = os.path.join(cls.prefix, o["datadir"], "gst-plugins-eeg")
        env = {k: v for k, v in os.environ.items() if not re.match("GST_(?!REGISTRY_FORK)|GI_|EEG_|LD_LIBRARY|PKG_", k)}
        env.update({
            "LD_LIBRARY_PATH": cls.libdir,
            "GST_PLUGIN_PATH": os.path.join(cls.libdir, "gstreamer-1.0"),
            "GST_REGISTRY": os.path.join(cls.dir, "registry.bin"),
            "GI_TYPELIB_PATH": os.path.join(cls.libdir, "girepository-1.0"),
            "EEG_PRESET_PATH": os.path.join(cls.data, "pipelines"),
            "PATH": os.path.join(cls.prefix, "bin") + ":" + env["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1"})
        cls.env = env

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def files(self):
        return sorted(os.path.join(folder, n) for folder, _, names in os.walk(self.dest) for n in names)

    def test_uninstall_list_is_complete(self):
        self.assertEqual(sorted(f for f in self.logged if not os.path.isdir(f)), self.files())

    def test_nothing_of_the_build_is_in_it(self):
        """No file names the directory that it was built or tested in."""
        for path in self.files():
            if os.path.islink(path):
                continue
            with open(path, "rb") as f:
                data = f.read()
            if path.endswith((".so",)) or b"\x7fELF" == data[:4]:
                # debug information names sources; what the loader and the program use must not
                run_path = run(["readelf", "-d", path])
                self.assertNotIn(BUILD, run_path, path)
            else:
                self.assertNotIn(BUILD.encode(), data, path)
                self.assertNotIn(ROOT.encode(), data, path)

    def test_plugins(self):
        names = json.loads(run([MESON, "introspect", "--targets", BUILD]))
        built = [os.path.basename(t["filename"][0]) for t in names if t["installed"] and
                 any("gstreamer-1.0" in f for f in t.get("install_filename", []))]
        installed = sorted(n for n in os.listdir(os.path.join(self.libdir, "gstreamer-1.0")) if n.endswith(".so"))
        self.assertEqual(installed, sorted(built))
        self.assertGreaterEqual(len(installed), 1)
        out = run(["gst-inspect-1.0", "--plugin", "eegtestsrc"], self.env)
        self.assertIn(self.dest, out)
        # every one loads: none is on the list of those that did not
        self.assertIn("Total count: 0", run(["gst-inspect-1.0", "--print-blacklist"], self.env).replace("blacklisted", ""))
        run(["gst-launch-1.0", "-q", *"eegtestsrc num-buffers=50 ! eegfilter highpass=1 lowpass=45 notch=50 ! fakesink".split()],
            self.env)

    def test_tool_and_presets(self):
        tool = os.path.join(self.prefix, "bin", "eeg-launch")
        if not os.path.exists(tool):
            self.skipTest("tools are not part of this build")
        presets = run([*program(tool), "--list-presets"], self.env).split()
        self.assertEqual(sorted(presets), sorted(n[:-5] for n in os.listdir(os.path.join(ROOT, "pipelines")) if n.endswith(".json")))
        for name in presets:
            run([*program(tool), "--check", name], self.env)
        with tempfile.TemporaryDirectory() as folder:
            run([*program(tool), "record", "--set", "src.is-live=false", "--duration", "2"], self.env, folder)
            with open(os.path.join(folder, "record.csv")) as f:
                self.assertEqual(len(f.readlines()), 501)

    def pkg_config(self, *arguments):
        """With the prefix that DESTDIR has put it under."""
        folder = os.path.join(self.dir, "pc")
        os.makedirs(folder, exist_ok=True)
        source = os.path.join(self.libdir, "pkgconfig")
        for name in os.listdir(source):
            with open(os.path.join(source, name)) as f:
                text = f.read()
            self.assertIn("prefix=" + self.options["prefix"] + "\n", text)
            with open(os.path.join(folder, name), "w") as f:
                f.write(text.replace("prefix=" + self.options["prefix"] + "\n", f"prefix={self.prefix}\n"))
        return shlex.split(run([PKG_CONFIG, *arguments], {**self.env, "PKG_CONFIG_PATH": folder}))

    def compile(self, source, *packages):
        built = os.path.join(self.dir, os.path.basename(source)[:-2])
        # a linker for another processor does not look into LD_LIBRARY_PATH
        more = ["-Wl,-rpath-link," + self.libdir] if EMULATOR else []
        run([*CC, "-Wall", "-Werror", source, "-o", built, *self.pkg_config("--cflags", "--libs", *packages), *more, "-lm"])
        return built

    def test_examples_compile_against_it(self):
        for name in ("appsink", "appsrc"):
            source = os.path.join(ROOT, "examples", "c", name + ".c")
            # the command in the head of the file is the one that is used here
            with open(source) as f:
                self.assertIn("pkg-config --cflags --libs gstreamer-eeg-1.0 gstreamer-app-1.0", f.read())
            built = self.compile(source, "gstreamer-eeg-1.0", "gstreamer-app-1.0")
            if name == "appsink":
                out = run([*program(built), "eegtestsrc num-buffers=250 channels=2 labels=Cz,Oz"], self.env)
                self.assertIn("250 received, 0 lost", out)

    def test_every_header_stands_alone(self):
        top = os.path.join(self.prefix, self.options["includedir"])
        headers = [os.path.relpath(os.path.join(folder, n), os.path.join(top, "gstreamer-1.0"))
                   for folder, _, names in os.walk(top) for n in names if n.endswith(".h")]
        self.assertIn("gst/eeg/eeg.h", headers)
        source = os.path.join(self.dir, "headers.c")
        flags = self.pkg_config("--cflags", "gstreamer-eeg-1.0", *self.graph_package())
        for h in headers:
            with open(source, "w") as f:
                f.write(f"#include <{h}>\n#include <{h}>\nint main (void) {{ return 0; }}\n")
            run([*CC, "-fsyntax-only", "-Wall", "-Werror", source, *flags])

    def graph_package(self):
        return ["gstreamer-eeg-graph-1.0"] if os.path.exists(
            os.path.join(self.libdir, "pkgconfig", "gstreamer-eeg-graph-1.0.pc")) else []

    def test_graph_library_links(self):
        if not self.graph_package():
            self.skipTest("no libgsteeggraph in this build")
        source = os.path.join(self.dir, "graph.c")
        with open(source, "w") as f:
            f.write("""#include <gst/eeggraph/eeggraph.h>
#include <stdio.h>
int main (int argc, char **argv) {
  gst_init (&argc, &argv);
  GstEegGraph *graph = gst_eeg_graph_new_from_file (argv[1]);
  gst_eeg_graph_check (graph);
  char *text = gst_eeg_graph_to_launch (graph, NULL);
  puts (text ? text : "refused");
  return text == NULL;
}
""")
        built = self.compile(source, *self.graph_package())
        out = run([*program(built), os.path.join(self.data, "pipelines", "record.json")], self.env)
        self.assertIn("ads1299src", out)

    def test_python(self):
        if not os.path.exists(os.path.join(self.libdir, "girepository-1.0")):
            self.skipTest("no introspection data in this build")
        out = run([PYTHON, os.path.join(ROOT, "examples", "python", "appsink.py")], self.env)
        self.assertIn("250 received, 0 lost", out)

    @unittest.skipIf(EMULATOR, "a shell cannot start programs of another processor by name")
    def test_devenv_finds_everything(self):
        env = {k: v for k, v in os.environ.items() if not re.match("GST_|GI_|EEG_|LD_LIBRARY|PKG_", k)}
        inner = ("gst-inspect-1.0 eegfilter >/dev/null && eeg-launch --check alpha && "
                 f"{PYTHON} {ROOT}/examples/python/appsink.py")
        out = run([MESON, "devenv", "-C", BUILD, "sh", "-c", inner], env)
        self.assertIn("250 received, 0 lost", out)
        self.assertIn(BUILD, run([MESON, "devenv", "-C", BUILD, "sh", "-c", "command -v eeg-launch"], env))


unittest.main()
