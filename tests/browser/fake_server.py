#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small eeg.v1 server with sines of known frequency, for the viewer's own tests.

It serves ext/websocket/www with the same Content-Security-Policy as the real
server, and can lose samples on purpose, which the real one never should.
"""
import argparse
import asyncio
import http
import json
import math
import pathlib
import secrets
import struct
import time
from array import array

import websockets

CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
MIME = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
NAMES = ["Fp1", "Fp2", "C3", "C4", "P3", "P4", "O1", "O2"]


async def main():
    p = argparse.ArgumentParser()
    p.add_argument("--root", type=pathlib.Path,
                   default=pathlib.Path(__file__).resolve().parents[2] / "ext/websocket/www")
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--channels", type=int, default=8)
    p.add_argument("--rate", type=int, default=250)
    p.add_argument("--frequency", type=float, default=10.0)
    p.add_argument("--amplitude", type=float, default=50e-6)
    p.add_argument("--offset", type=float, default=0.0)
    p.add_argument("--noise", type=float, default=0.0)
    p.add_argument("--gap-at", type=int, default=0, help="lose --gap-frames samples from this index on")
    p.add_argument("--gap-frames", type=int, default=0)
    p.add_argument("--end-at", type=int, default=0, help="end of stream at this index")
    p.add_argument("--saturated", action="store_true", help="flag every message as saturated")
    p.add_argument("--session", default=None)
    a = p.parse_args()

    session = a.session or secrets.token_hex(8)
    names = (NAMES + [f"Ch{i + 1}" for i in range(len(NAMES), a.channels)])[:a.channels]
    hello = json.dumps({
        "op": "hello", "proto": "eeg.v1", "session": session, "clock": "pipeline",
        "streams": [{"id": 1, "name": "test", "rate": a.rate, "formats": ["f32"], "epoch": 1, "oldest": 0,
                     "channels": [{"name": n, "unit": "V", "scale": 1.0, "type": "eeg", "position": i}
                                  for i, n in enumerate(names)]}]})
    start = time.monotonic()
    walk = [0.0] * a.channels

    def value(i, c):
        v = a.offset * (c + 1) + a.amplitude * math.sin(2 * math.pi * a.frequency * i / a.rate)
        if a.noise:
            r = (hash((i, c)) % 20011) / 20011 - 0.5
            walk[c] = 0.985 * walk[c] + r
            v += a.noise * walk[c]
        return v

    async def page(path, _headers):
        name = path.split("?")[0].lstrip("/") or "index.html"
        if name == "ws":
            return None
        f = a.root / name
        if "/" in name or not f.is_file() or f.suffix not in MIME:
            return http.HTTPStatus.NOT_FOUND, [("Content-Type", "text/plain")], b"not found\n"
        return http.HTTPStatus.OK, [("Content-Type", MIME[f.suffix]), ("Content-Security-Policy", CSP),
                     ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-cache")], f.read_bytes()

    async def client(ws, *_):
        await ws.send(hello)
        nxt = None
        missed = 0

        async def ops():
            nonlocal nxt
            async for m in ws:
                op = json.loads(m)
                if op["op"] == "subscribe":
                    now = int((time.monotonic() - start) * a.rate)
                    frm = op.get("from") if op.get("session") == session else None
                    nxt = frm if isinstance(frm, int) else now
                    if isinstance(op.get("from"), str):
                        nxt = max(0, now + int(op["from"].rstrip("s")) * a.rate)
        task = asyncio.ensure_future(ops())
        try:
            while not task.done():
                await asyncio.sleep(0.04)
                now = int((time.monotonic() - start) * a.rate)
                if a.end_at and nxt is not None and nxt >= a.end_at:
                    await ws.send('{"op":"eos","stream":1}')
                    await task
                    break
                if a.end_at:
                    now = min(now, a.end_at)
                while nxt is not None and nxt < now:
                    if a.gap_frames and a.gap_at <= nxt < a.gap_at + a.gap_frames:
                        missed += a.gap_at + a.gap_frames - nxt
                        nxt = a.gap_at + a.gap_frames
                        continue
                    end = min(now, nxt + a.rate)
                    if a.gap_frames and nxt < a.gap_at < end:
                        end = a.gap_at
                    body = array("f", (value(i, c) for i in range(nxt, end) for c in range(a.channels)))
                    head = struct.pack("<BBHIQqIHBBII", 1, (1 if missed else 0) | (2 if a.saturated else 0), 40, 1, nxt, nxt * 10**9 // a.rate,
                                       end - nxt, a.channels, 0, 0, 1, missed)
                    await ws.send(head + body.tobytes())
                    nxt, missed = end, 0
        except websockets.ConnectionClosed:
            pass
        finally:
            task.cancel()

    async with websockets.serve(client, "127.0.0.1", a.port, subprotocols=["eeg.v1"], process_request=page,
                                compression=None) as s:
        print(json.dumps({"port": s.sockets[0].getsockname()[1]}), flush=True)
        await asyncio.Future()


if __name__ == "__main__":
    asyncio.run(main())
