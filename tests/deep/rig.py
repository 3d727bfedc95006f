# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the deep tests share: a watched server process, viewers, recordings."""
import base64
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from testrun import need, need_plugins, program, skip  # noqa: E402, F401

# pipelines run in Python, files are read with NumPy
need_plugins()
need("numpy")
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
# A busy machine makes everything late and nothing wrong.
PATIENCE = 120


def setting(name, default):
    return type(default)(os.environ.get(name, default))


def wait(condition, what, seconds=PATIENCE, every=0.05):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(every)


class Host:
    """A pipeline in a process of its own, watched through its JSON lines and /proc."""

    def __init__(self, text, folder, count_heap=False):
        env = dict(os.environ)
        self.heap_path = None
        if count_heap:
            self.heap_path = os.path.join(folder, "heap.bin")
            env["LD_PRELOAD"] = os.environ["EEG_HEAPCOUNT_SO"]
            env["EEG_HEAPCOUNT"] = self.heap_path
        self.process = subprocess.Popen([PYTHON, os.path.join(HERE, "host.py"), text], cwd=folder, env=env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self.process.pid
        self.stats, self.errors, self.warnings = {}, [], []
        self.url, self.ended, self.updates = None, False, 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            said = json.loads(line)
            if "stats" in said:
                for element, fields in said["stats"].items():
                    # a stopped element has no pool any more; its last figures stay
                    self.stats.setdefault(element, {}).update(fields)
                self.updates += 1
            if "error" in said:
                self.errors.append((time.monotonic(), said["error"]))
            if "warning" in said:
                self.warnings.append((time.monotonic(), said["warning"]))
            if said.get("url") and not said["url"].endswith(":0/"):
                self.url = said["url"]
            if "end" in said:
                self.ended = True
        self.ended = True

    def get(self, element, field):
        return self.stats.get(element, {}).get(field, 0)

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def port(self):
        wait(lambda: self.url or self.ended, "the address of the server")
        assert self.url, self.errors
        return int(self.url.rstrip("/").rsplit(":", 1)[1])

    def finish(self, command="eos"):
        """Ends in order; returns the last stats."""
        if not self.ended:
            try:
                self.say(command)
            except BrokenPipeError:
                pass
        code = self.process.wait(PATIENCE)
        wait(lambda: self.ended, "the last words of the server")
        assert code == 0, f"the server ended with {code}"
        return self.stats

    def kill(self):
        self.process.kill()
        self.process.wait()

    # --- what the kernel says of it
    def rss(self):
        with open(f"/proc/{self.pid}/status") as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith("VmRSS:"))

    def fds(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        """Thread id -> name."""
        out = {}
        for tid in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{tid}/comm") as f:
                    out[int(tid)] = f.read().strip()
            except FileNotFoundError:
                pass
        return out

    def heap_calls(self):
        """Thread id -> calls of malloc and its kin so far."""
        with open(self.heap_path, "rb") as f:
            data = f.read()
        return {tid: calls for tid, _, calls in struct.iter_unpack("<iiQ", data) if tid}


class Viewer(threading.Thread):
    """A client of eeg.v1 on a raw socket. rate: bytes a second that it reads (0 = all it can get)."""

    def __init__(self, port, subscribe=None, rate=0, stall=False, start=True):
        super().__init__(daemon=True)
        self.port, self.rate, self.stall = port, rate, stall
        self.subscribe = {"op": "subscribe", "stream": 1, **(subscribe or {})}
        self.frames = self.missed = self.gaps = self.lost = 0
        self.first = self.next = None
        self.hello_first = None
        self.eos = self.closed = False
        self.error = None
        self.sock = socket.create_connection(("127.0.0.1", port), 30)
        if stall or rate:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        if start:
            self.start()

    def handshake(self):
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: eeg.v1\r\n\r\n").encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.sock.recv(1)
            if not byte:
                raise ConnectionError("no answer to the upgrade: " + head.decode(errors="replace"))
            head += byte
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.split(b"\r\n")[0].decode())

    def send(self, said):
        data = json.dumps(said).encode()
        assert len(data) < 126
        mask = os.urandom(4)
        self.sock.sendall(bytes([0x81, 0x80 | len(data)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def _read(self, n):
        out = bytearray(n)
        view, have = memoryview(out), 0
        while have < n:
            piece = min(n - have, max(self.rate // 20, 1)) if self.rate else n - have
            got = self.sock.recv_into(view[have:have + piece], piece)
            if not got:
                raise ConnectionError("closed")
            have += got
            if self.rate:
                time.sleep(got / self.rate)
        return out

    def message(self):
        """(opcode, payload)"""
        a, b = self._read(2)
        n = b & 127
        if n == 126:
            n, = struct.unpack(">H", self._read(2))
        elif n == 127:
            n, = struct.unpack(">Q", self._read(8))
        return a & 15, self._read(n)

    def run(self):
        try:
            self.sock.settimeout(PATIENCE)
            self.handshake()
            while True:
                kind, data = self.message()
                if kind == 8:
                    self.closed = True
                    return
                if kind == 1:
                    said = json.loads(data.decode())
                    if said["op"] == "hello":
                        if self.hello_first is None:
                            self.hello_first = True
                            self.send(self.subscribe)
                            if self.stall:
                                return
                    elif said["op"] == "eos":
                        self.eos = True
                elif kind == 2:
                    if self.hello_first is None:
                        self.hello_first = False
                    _, _, _, _, first, _, frames, _, _, _, _, missed = struct.unpack_from("<BBHIQqIHBBII", data)
                    self.take(first, frames, missed)
        except (OSError, ConnectionError, struct.error) as error:
            self.error = error

    def take(self, first, frames, missed):
        if self.first is None:
            self.first = first - missed
            self.next = self.first
        hole = first - self.next
        assert hole >= missed, (first, self.next, missed)
        self.missed += missed
        self.lost += hole - missed
        self.gaps += hole > 0
        self.frames += frames
        self.next = first + frames

    def hang_up(self):
        """Gone without a closing frame: the kernel sends a reset."""
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self.sock.close()


def launch_text(graph, folder, *options):
    """The graph as gst-launch text, made by eeg-launch: defaults, tees and queues as in a run."""
    path = os.path.join(folder, "graph.json")
    with open(path, "w") as f:
        json.dump(graph, f)
    out = subprocess.run([*program(os.environ["EEG_LAUNCH"]), "--print", path, *options], text=True, capture_output=True, check=True)
    return out.stdout.strip()


def labels(n):
    return [f"E{i + 1}" for i in range(n)]


def sample_column(path):
    """The first column of a recording, and whether its last line is whole."""
    import numpy as np
    with open(path, "rb") as f:
        f.readline()
        rest = f.read()
    whole = rest.endswith(b"\n") or not rest
    lines = rest[:rest.rfind(b"\n") + 1]
    first = np.array([int(line[:line.index(b",")]) for line in lines.split(b"\n") if line], dtype=np.int64)
    return first, whole


def sidecar(path):
    with open(os.path.splitext(path)[0] + ".json") as f:
        return json.load(f)
