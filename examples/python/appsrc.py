#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Push your own volts into an EEG pipeline.

usage: appsrc.py ["STAGE ! STAGE ! ... ! SINK"]

Makes ten seconds of a 10 Hz sine of 20 uV (Cz) and 10 uV (Oz) on an offset of
5 mV, in pieces of 25 frames; a real program would put what its device gives in
the place of make_volts().
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstAudio", "1.0")
gi.require_version("GstEeg", "1.0")
from gi.repository import Gst, GstAudio, GstEeg  # noqa: E402
import numpy as np  # noqa: E402

RATE, LABELS, FRAMES, SECONDS = 250, ["Cz", "Oz"], 25, 10
WAITING = 16  # buffers that may wait to be taken


def make_volts(first, frames):
    wave = np.sin(2 * np.pi * 10 * np.arange(first, first + frames) / RATE)
    return 5e-3 + np.outer(wave, [20e-6, 10e-6])


def make_caps():
    """What the numbers mean: volts, how often, and at which electrode."""
    info = GstEeg.EegInfo()
    info.set_format(GstAudio.AudioFormat.F32LE, RATE, len(LABELS))
    info.set_labels(LABELS)
    return info.to_caps()


def make_buffer(first, volts):
    """Which frames these are (offset) and when they were (PTS), from the count."""
    buffer = Gst.Buffer.new_wrapped(volts.astype("<f4").tobytes())
    buffer.offset, buffer.offset_end = first, first + len(volts)
    buffer.pts = first * Gst.SECOND // RATE
    buffer.duration = (first + len(volts)) * Gst.SECOND // RATE - buffer.pts
    return buffer


def main():
    Gst.init(None)
    text = sys.argv[1] if len(sys.argv) > 1 else "eegfilter highpass=1 ! csvsink location=mine.csv"
    pipeline = Gst.parse_launch("appsrc name=in format=time max-buffers=0 max-bytes=0 ! " + text)
    bus = pipeline.get_bus()
    src = pipeline.get_by_name("in")
    src.set_property("caps", make_caps())
    ok = pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE
    message = None
    for first in range(0, RATE * SECONDS if ok else 0, FRAMES):
        src.emit("push-buffer", make_buffer(first, make_volts(first, FRAMES)))
        # Who only waits for room waits for ever when a stage refuses the stream:
        # look at the bus meanwhile.
        while src.get_property("current-level-buffers") >= WAITING and not message:
            message = bus.timed_pop_filtered(Gst.SECOND // 100, Gst.MessageType.ERROR)
        if message:
            break
    src.emit("end-of-stream")
    message = message or bus.timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message.type == Gst.MessageType.ERROR:
        raise SystemExit("appsrc.py: " + message.parse_error().gerror.message)


if __name__ == "__main__":
    main()
