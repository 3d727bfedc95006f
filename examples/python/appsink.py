#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Read an EEG stream as NumPy arrays of volts, with labels and sample ledger.

usage: appsink.py ["SOURCE ! STAGE ! ..."]

The argument is any gst-launch text whose last element makes volts, for example
"ads1299src num-buffers=500 ! eegtovoltage ! eegfilter highpass=1 lowpass=45".
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstEeg", "1.0")
from gi.repository import Gst, GstEeg  # noqa: E402
import numpy as np  # noqa: E402

DTYPES = {"F32LE": "<f4", "F64LE": "<f8", "S24_32LE": "<i4"}


def blocks(pipeline, sink):
    """Yield (info, first_sample, lost_before, array of frames x channels)."""
    bus = pipeline.get_bus()
    next_sample = 0
    while True:
        # An error upstream ends no stream: look at the bus between samples.
        sample = sink.emit("try-pull-sample", Gst.SECOND // 10)
        if sample is None:
            message = bus.pop_filtered(Gst.MessageType.ERROR)
            if message:
                pipeline.set_state(Gst.State.NULL)
                raise SystemExit("appsink.py: " + message.parse_error().gerror.message)
            if sink.get_property("eos"):
                return
            continue
        info = GstEeg.EegInfo()
        info.from_caps(sample.get_caps())
        buffer = sample.get_buffer()
        # The ledger says which samples these are, wherever the buffer has been.
        known, first, count, lost, _flags = GstEeg.buffer_get_eeg_ledger(buffer)
        if not known:
            first, lost = next_sample, 0
        dtype = DTYPES[sample.get_caps().get_structure(0).get_string("format")]
        data = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), dtype)
        data = data.reshape(-1, info.get_channels())
        next_sample = first + len(data)
        yield info, first, lost, data


def main():
    Gst.init(None)
    text = sys.argv[1] if len(sys.argv) > 1 else "eegtestsrc num-buffers=250"
    pipeline = Gst.parse_launch(text + " ! appsink name=out sync=false")
    pipeline.set_state(Gst.State.PLAYING)
    parts, total_lost, first_of_all = [], 0, None
    for info, first, lost, data in blocks(pipeline, pipeline.get_by_name("out")):
        if first_of_all is None:
            first_of_all = first
            print(f"{info.get_rate()} Hz, channels: {', '.join(info.labels)}")
        total_lost += lost
        parts.append(data)
    pipeline.set_state(Gst.State.NULL)
    if not parts:
        raise SystemExit("appsink.py: no samples arrived")
    volts = np.concatenate(parts)
    for label, column in zip(info.labels, volts.T):
        print(f"{label:>6}: {1e6 * column.std():8.2f} uV rms")
    print(f"samples {first_of_all} to {first + len(data) - 1}: "
          f"{len(volts)} received, {total_lost} lost")


if __name__ == "__main__":
    main()
