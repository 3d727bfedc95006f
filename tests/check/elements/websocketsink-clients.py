#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the example clients of docs/protocol.md, as they stand there, against a live websocketsink."""
import json, os, re, shutil, subprocess, sys, tempfile

root, = sys.argv[1:2]
text = open(os.path.join(root, "docs", "protocol.md"), encoding="utf-8").read()
clients = dict(re.findall(r"```(js|python) client\n(.*?)```", text, re.S))
assert set(clients) == {"js", "python"}, f"docs/protocol.md has clients {sorted(clients)}"

PIPELINE = ("audiotestsrc is-live=true samplesperbuffer=10 wave=square volume=1 ! audio/x-raw,format=F32LE,rate=250,channels=3,channel-mask=(bitmask)0 "
            "! capssetter caps=audio/x-raw,eeg-unit=(string)V,eeg-full-scale=(double)1.0 ! websocketsink port=0 name=ws -v")

def start():
    p = subprocess.Popen(["gst-launch-1.0", *PIPELINE.split()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in p.stdout:
        m = re.search(r"url = \"?http://([0-9.]+:[0-9]+)/", line.replace("\\", ""))
        if m and not m[1].endswith(":0"):
            return p, m[1]
    sys.exit("the server did not start")

def check(name, command):
    server, host = start()
    client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "EEG_HOST": host})
    try:
        expected = None
        for _ in range(5):
            line = client.stdout.readline()
            print(name, line, end="")
            first, frames, channels, value = line.split()
            assert int(channels) == 3 and int(frames) >= 1 and abs(abs(float(value)) - 1) < 1e-6, line
            assert expected is None or int(first) == expected, f"{first} does not follow, expected {expected}"
            expected = int(first) + int(frames)
    finally:
        client.kill(); client.wait(); server.terminate(); server.wait()

ran = 0
have = subprocess.run(["/usr/bin/python3", "-c", "import websockets"], stderr=subprocess.DEVNULL).returncode == 0
with tempfile.TemporaryDirectory() as d:
    if have:
        path = os.path.join(d, "client.py"); open(path, "w").write(clients["python"])
        check("python", ["/usr/bin/python3", path]); ran += 1
    node = shutil.which("node")
    if node:
        has_ws = subprocess.run([node, "-e", "process.exit(typeof WebSocket === 'function' ? 0 : 1)"]).returncode == 0
        options = [] if has_ws else ["--experimental-websocket"]
        if has_ws or subprocess.run([node, *options, "-e", "process.exit(typeof WebSocket === 'function' ? 0 : 1)"], stderr=subprocess.DEVNULL).returncode == 0:
            path = os.path.join(d, "client.mjs")
            open(path, "w").write(f"globalThis.EEG_HOST = process.env.EEG_HOST;\n{clients['js']}")
            check("js", [node, *options, path]); ran += 1
if not ran:
    print("SKIP: neither python3-websockets nor a node with WebSocket")
sys.exit(0 if ran else 77)
