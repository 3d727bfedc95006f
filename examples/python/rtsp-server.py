#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serve EEG over RTSP, as 24-bit audio of the EEG's own rate.

usage: rtsp-server.py [PORT ["SOURCE ! STAGE ! ..."]]      default: port 8554, 0 = any free one

eegtoaudio makes FULL_SCALE volts 1.0; the receiver says the same to eegfromaudio
and has volts again, to 24 bits of FULL_SCALE (here 0.1 nV):

  gst-launch-1.0 rtspsrc location=rtsp://127.0.0.1:8554/eeg ! rtpL24depay ! audioconvert ! \\
    audio/x-raw,format=F32LE ! eegfromaudio full-scale=0.001 labels=Cz,Oz ! csvsink location=far.csv

Audio over RTP has no names for channels and no sample ledger: a lost packet is a
jump in time. websocketsink keeps both; RTSP is for programs that speak nothing else.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

FULL_SCALE = 1e-3  # volts; louder is clipped
SOURCE = "eegtestsrc is-live=true channels=2 labels=Cz,Oz rate=250 samples-per-buffer=25"


def main():
    Gst.init(None)
    port = sys.argv[1] if len(sys.argv) > 1 else "8554"
    source = sys.argv[2] if len(sys.argv) > 2 else SOURCE
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {source} ! eegtoaudio full-scale={FULL_SCALE} ! audioconvert dithering=none ! "
                       "rtpL24pay name=pay0 pt=96 )")
    factory.set_shared(True)  # one acquisition, however many receivers
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    server.get_mount_points().add_factory("/eeg", factory)
    if server.attach(None) == 0:
        raise SystemExit(f"rtsp-server.py: port {port} is taken")
    print(f"rtsp://127.0.0.1:{server.get_bound_port()}/eeg", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
