#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Read a live stream from websocketsink: no GStreamer on this side, any computer.

usage: websocket.py [HOST:PORT [SECONDS]]      default: 127.0.0.1:9000, 2 s

Prints the channels with their RMS and how many samples came, were lost before
the server and were left out because this client was slow. docs/protocol.md
explains every field.
"""
import asyncio
import json
import struct
import sys

import numpy as np
import websockets

HEADER = struct.Struct("<BBHIQqIHBBII")  # 40 bytes, little-endian
FORMATS = {0: "<f4", 1: "<i2", 2: "<i4"}


async def read(host, seconds):
    parts, lost, skipped, expected, stream = [], 0, 0, None, None
    async with websockets.connect(f"ws://{host}/ws", subprotocols=["eeg.v1"], max_size=None) as ws:
        async for message in ws:
            if isinstance(message, str):
                said = json.loads(message)
                if said["op"] == "hello":
                    stream = said["streams"][0]
                    await ws.send(json.dumps({"op": "subscribe", "stream": stream["id"]}))
                elif said["op"] == "eos":
                    break
                continue
            (kind, _flags, start, _stream, first, _time_ns, frames, channels, form, _layout, _epoch,
             missed) = HEADER.unpack_from(message)
            if kind != 1:
                continue
            if expected is not None:
                lost += first - expected - missed
                skipped += missed
            expected = first + frames
            data = np.frombuffer(message, FORMATS[form], frames * channels, start)
            parts.append(data.reshape(frames, channels))
            if sum(map(len, parts)) >= seconds * stream["rate"]:
                break
    return stream, parts, lost, skipped


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9000"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 2
    try:
        stream, parts, lost, skipped = asyncio.run(read(host, seconds))
    except OSError as error:
        raise SystemExit(f"websocket.py: no server at {host}: {error.strerror or error}")
    if not parts:
        raise SystemExit("websocket.py: the stream ended before samples came")
    values = np.concatenate(parts)
    for channel, column in zip(stream["channels"], values.T):
        # a number times the scale is in the unit of the channel
        rms = (column * channel["scale"]).std()
        text = f"{1e6 * rms:8.2f} uV" if channel["unit"] == "V" else f"{rms:8.2f} {channel['unit']}"
        print(f"{channel['name']:>6}: {text} rms")
    print(f"{len(values)} received, {lost} lost, {skipped} left out")


if __name__ == "__main__":
    main()
