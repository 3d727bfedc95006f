# SPDX-License-Identifier: LGPL-2.1-or-later
"""Headless Chromium through chromedriver, W3C WebDriver over plain HTTP, and a PNG reader.

Standard library only.
"""
import base64
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zlib

FLAGS = ["--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--force-device-scale-factor=1", "--hide-scrollbars"]


def find_browser():
    """Paths of chromium and chromedriver, or a sentence saying what is missing."""
    browser = next((p for p in map(shutil.which, ["chromium", "chromium-browser", "google-chrome"]) if p), None)
    driver = shutil.which("chromedriver")
    if not browser:
        return "no Chromium in PATH (Debian: apt install chromium)"
    if not driver:
        return "no chromedriver in PATH (Debian: apt install chromium-driver)"
    return browser, driver


class Browser:
    def __init__(self, width=1400, height=800, dark=False):
        found = find_browser()
        if isinstance(found, str):
            raise FileNotFoundError(found)
        binary, driver = found
        self.profile = tempfile.mkdtemp(prefix="eeg-viewer-")
        self.log = open(os.path.join(self.profile, "driver.log"), "w+")
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=self.log, stderr=subprocess.STDOUT)
        self.session = None
        try:
            self.base = f"http://127.0.0.1:{self._port()}"
            args = FLAGS + [f"--window-size={width},{height}", "--user-data-dir=" + self.profile + "/user"]
            if dark:
                args.append("--blink-settings=preferredColorScheme=0")
            self.session = self._start(binary, args)
            self.call("POST", "/timeouts", {"script": 20000, "pageLoad": 20000})
        except BaseException:
            self.close()
            raise

    def _start(self, binary, args):
        """Root, and users inside a container, cannot have Chromium's sandbox: then it runs without."""
        choices = [["--no-sandbox"]] if os.geteuid() == 0 else [[], ["--no-sandbox"]]
        for extra in choices:
            caps = {"alwaysMatch": {"browserName": "chrome",
                                    "goog:chromeOptions": {"binary": binary, "args": args + extra},
                                    "goog:loggingPrefs": {"browser": "ALL"}}}
            try:
                return self.call("POST", "/session", {"capabilities": caps}, prefix=False)["sessionId"]
            except RuntimeError:
                if extra == choices[-1]:
                    raise

    def _port(self):
        for _ in range(200):
            self.log.seek(0)
            m = re.search(r"started successfully on port (\d+)", self.log.read())
            if m:
                return int(m[1])
            if self.driver.poll() is not None:
                raise RuntimeError("chromedriver ended at once")
            time.sleep(0.05)
        raise RuntimeError("chromedriver did not say its port")

    def call(self, method, path, body=None, prefix=True):
        url = self.base + (f"/session/{self.session}" if prefix else "") + path
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:600]}") from None

    def viewport(self, width, height):
        """Size of the page itself; 0, 0 gives it back to the window."""
        self.call("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def js(self, script, *args):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def keys(self, text):
        actions = [{"type": t, "value": c} for c in text for t in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "k", "actions": actions}]})

    def png(self):
        return base64.b64decode(self.call("GET", "/screenshot"))

    def console(self):
        return [e["message"] for e in self.call("POST", "/se/log", {"type": "browser"}) if e["level"] == "SEVERE"]

    def wait(self, script, seconds=15, what=None):
        """Polls until the script returns something true, and returns it."""
        end = time.monotonic() + seconds
        value = None
        while time.monotonic() < end:
            try:
                value = self.js(script)
            except RuntimeError as error:  # the page is still empty
                if "javascript error" not in str(error):
                    raise
                value = str(error)[:160]
                time.sleep(0.05)
                continue
            if value:
                return value
            time.sleep(0.05)
        state = self.js("return JSON.stringify([document.documentElement.dataset, window.__eeg || null])")
        raise AssertionError(f"{what or script}: not within {seconds} s, last {value!r}, page {state}")

    def close(self):
        try:
            if self.session:
                self.call("DELETE", "")
        except (OSError, RuntimeError):
            pass
        self.driver.terminate()
        try:
            self.driver.wait(5)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)


class Image:
    """8 bit RGB or RGBA, not interlaced: what a screenshot is."""

    def __init__(self, png):
        assert png[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
        at, packed = 8, b""
        while at < len(png):
            size, kind = struct.unpack_from(">I4s", png, at)
            body = png[at + 8:at + 8 + size]
            if kind == b"IHDR":
                self.width, self.height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
                assert depth == 8 and colour in (2, 6) and not interlace, "unexpected kind of PNG"
                self.bpp = 3 if colour == 2 else 4
            elif kind == b"IDAT":
                packed += body
            at += size + 12
        raw = zlib.decompress(packed)
        stride = self.width * self.bpp
        self.rows = []
        above = bytearray(stride)
        for y in range(self.height):
            start = y * (stride + 1)
            row = bytearray(raw[start + 1:start + 1 + stride])
            self._undo(raw[start], row, above)
            self.rows.append(row)
            above = row

    def _undo(self, kind, row, above):
        b = self.bpp
        n = len(row)
        if kind == 1:
            for i in range(b, n):
                row[i] = (row[i] + row[i - b]) & 255
        elif kind == 2:
            for i in range(n):
                row[i] = (row[i] + above[i]) & 255
        elif kind == 3:
            for i in range(n):
                row[i] = (row[i] + (((row[i - b] if i >= b else 0) + above[i]) >> 1)) & 255
        elif kind == 4:
            for i in range(n):
                left = row[i - b] if i >= b else 0
                corner = above[i - b] if i >= b else 0
                up = above[i]
                p = left + up - corner
                pa, pb, pc = abs(p - left), abs(p - up), abs(p - corner)
                row[i] = (row[i] + (left if pa <= pb and pa <= pc else up if pb <= pc else corner)) & 255

    def at(self, x, y):
        i = x * self.bpp
        return tuple(self.rows[y][i:i + 3])
