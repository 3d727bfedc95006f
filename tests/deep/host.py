#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one pipeline for a test that watches it from another process.

usage: host.py GST_LAUNCH_TEXT

Writes one JSON object a line: {"stats": {element: {field: number}}} ten times a
second, {"url": ...} of a websocketsink, {"error"|"warning": text, "from": name},
{"eos": true}, {"end": true}. Reads commands: "eos" ends the streams in order,
"stop" drops everything, "set ELEMENT PROPERTY TEXT".
"""
import json
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


def say(**what):
    print(json.dumps(what), flush=True)


def plain(structure):
    out = {}
    for i in range(structure.n_fields()):
        name = structure.nth_field_name(i)
        value = structure.get_value(name)
        if isinstance(value, (bool, int, float, str)):
            out[name] = value
    return out


class Host:
    def __init__(self, text):
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(text)
        self.watched = []
        it = self.pipeline.iterate_recurse()
        while True:
            ok, element = it.next()
            if ok != Gst.IteratorResult.OK:
                break
            if element.find_property("stats") and element.find_property("stats").value_type.name == "GstStructure":
                self.watched.append(element)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message", self.on_message)
        self.pipeline.connect("deep-notify::url", lambda p, e, s: say(url=e.get_property("url")))
        GLib.timeout_add(100, self.tell)
        GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, self.on_command)

    def tell(self):
        say(stats={e.get_name(): plain(e.get_property("stats")) for e in self.watched if e.get_property("stats")})
        return True

    def on_message(self, _bus, m):
        if m.type == Gst.MessageType.EOS:
            say(eos=True)
            self.end()
        elif m.type == Gst.MessageType.ERROR:
            say(**{"error": m.parse_error()[0].message, "from": m.src.get_name()})
            self.end()
        elif m.type == Gst.MessageType.WARNING:
            say(**{"warning": m.parse_warning()[0].message, "from": m.src.get_name()})

    def on_command(self, _source, condition):
        line = sys.stdin.readline()
        words = line.split(None, 3)
        if not words or words[0] == "stop":
            self.end()
            return False
        if words[0] == "eos":
            # what the tool does for a signal: sources end, sinks drain
            self.pipeline.send_event(Gst.Event.new_eos())
        elif words[0] == "set":
            Gst.util_set_object_arg(self.pipeline.get_by_name(words[1]), words[2], words[3].strip())
        return True

    def end(self):
        self.tell()
        self.loop.quit()

    def run(self):
        if self.pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE:
            m = self.pipeline.get_bus().timed_pop_filtered(Gst.SECOND, Gst.MessageType.ERROR)
            say(**{"error": m.parse_error()[0].message if m else "did not start", "from": m.src.get_name() if m else ""})
        else:
            self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        self.tell()
        say(end=True)


Gst.init(None)
Host(sys.argv[1]).run()
