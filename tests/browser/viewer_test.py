#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The viewer page in headless Chromium: pixels, numbers, loss, reconnect, keys.

Usage: viewer_test.py TEST...   (no name: all). Exit 77 when a part is missing.
"""
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import webdriver
from webdriver import Browser, Image

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable


class Fake:
    """The test server, which knows how to misbehave."""

    def __init__(self, *args):
        self.process = subprocess.Popen([PYTHON, os.path.join(HERE, "fake_server.py"), *map(str, args)],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, "the test server did not start"
        self.port = json.loads(line)["port"]
        self.url = f"http://127.0.0.1:{self.port}/"

    def stop(self):
        self.process.kill()
        self.process.wait()


class Real:
    """websocketsink of this build behind eegtestsrc."""

    def __init__(self, port=0, channels=8, rate=250, frequency=10, amplitude=50e-6, buffers=-1, pipeline=None, name=None):
        port = port or free_port()
        self.port = port
        self.url = f"http://127.0.0.1:{port}/"
        source = pipeline or ["eegtestsrc", "is-live=true", "wave=sine", f"channels={channels}", f"rate={rate}",
                              f"frequency={frequency}", f"amplitude={amplitude}", f"num-buffers={buffers}"]
        self.process = subprocess.Popen(["gst-launch-1.0", "-q", *source, "!", "websocketsink", f"port={port}",
                                         *([f"name={name}"] if name else [])],
                                        stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 15
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise AssertionError("gst-launch-1.0 ended: " + self.process.stderr.read()) from None
                assert time.monotonic() < end, "websocketsink does not listen"
                time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stderr.close()


class Proxy:
    """Carries TCP to a server and can cut it, as a bad network does."""

    def __init__(self, server):
        self.server = server
        self.pairs = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near = self.listener.accept()[0]
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.server.port))
            self.pairs += [near, far]
            # The server answers to its own name only.
            names = (f"127.0.0.1:{self.port}".encode(), f"127.0.0.1:{self.server.port}".encode())
            threading.Thread(target=self.carry, args=(near, far, names), daemon=True).start()
            threading.Thread(target=self.carry, args=(far, near), daemon=True).start()

    def carry(self, a, b, names=None):
        try:
            while data := a.recv(65536):
                b.sendall(data.replace(*names) if names else data)
        except OSError:
            pass
        self.close(a, b)

    @staticmethod
    def close(*sockets):
        for s in sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        self.close(*self.pairs)
        self.pairs = []

    def stop(self):
        self.cut()
        self.listener.close()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def samples(seconds, rate=250):
    return f"const e = window.__eeg; return e && e.received - e.first >= {int(seconds * rate)} && e.state === 'live'"


def geometry(browser):
    """Where traces are on the page, in pixels of the screenshot."""
    return browser.js("""
      const r = document.getElementById('trace-canvas').getBoundingClientRect(), e = window.__eeg;
      return {x: Math.round(r.x + e.left), y: Math.round(r.y), width: e.width, height: e.height,
              rows: e.names.length, paper: getComputedStyle(document.body).backgroundColor,
              perUnit: e.pixelsPerUnit, seconds: e.view.seconds};""")


def dark_rows(image, g, x):
    """The y of all pixels in a column that are far from the paper, in trace colours."""
    paper = image.at(g["x"] + g["width"] - 1, g["y"] + 1)
    del paper
    out = []
    for y in range(g["height"]):
        r, gr, b = image.at(g["x"] + x, g["y"] + y)
        if min(r, gr, b) < 130 and max(r, gr, b) - min(r, gr, b) > 25:
            out.append(y)
    return out


def check_picture(browser, frequency, amplitude_uv):
    """Ink in every row, the sine's period on the time axis and its height on the uV axis."""
    g = geometry(browser)
    image = Image(browser.png())
    # One second of picture, well inside what was drawn.
    per_second = g["width"] / g["seconds"]
    info = browser.js("const e = window.__eeg; return [e.first, e.received - (e.frozenBehind ?? 0) * e.rate, e.rate]")
    newest = info[1] / info[2]
    assert newest * per_second < g["width"] or newest - info[0] / info[2] > 3, "page too young"
    start = int((math.floor(newest - 2) * per_second) % g["width"])
    start = min(start, int(g["width"] - 1.05 * per_second))
    row_height = g["height"] / g["rows"]
    tops = [[] for _ in range(g["rows"])]
    heights = [[g["height"], 0] for _ in range(g["rows"])]
    for x in range(start, start + int(per_second)):
        for row in range(g["rows"]):
            lo = int(row * row_height)
            hi = int((row + 1) * row_height)
            ys = [y for y in dark_cache(image, g, x) if lo <= y < hi]
            if ys:
                tops[row].append((x, sum(ys) / len(ys)))
                heights[row][0] = min(heights[row][0], ys[0])
                heights[row][1] = max(heights[row][1], ys[-1])
    for row, points in enumerate(tops):
        assert len(points) > 0.9 * per_second, f"row {row}: ink in {len(points)} of {per_second:.0f} columns"
        middle = sum(heights[row]) / 2
        crossings = []
        for (x0, y0), (x1, y1) in zip(points, points[1:]):
            if y0 < middle <= y1:
                crossings.append(x0 + (middle - y0) / (y1 - y0) * (x1 - x0))
        assert len(crossings) >= 3, f"row {row}: {len(crossings)} crossings"
        period = (crossings[-1] - crossings[0]) / (len(crossings) - 1)
        wanted = per_second / frequency
        assert abs(period - wanted) < 0.03 * wanted + 0.1, f"row {row}: period {period:.2f} px, wanted {wanted:.2f}"
        height = heights[row][1] - heights[row][0]
        wanted = 2 * amplitude_uv * g["perUnit"]
        assert abs(height - wanted) < 3.5, f"row {row}: {height} px high, wanted {wanted:.1f}"


_cache = {}


def dark_cache(image, g, x):
    key = (id(image), x)
    if key not in _cache:
        _cache[key] = dark_rows(image, g, x)
    return _cache[key]


def no_errors(browser):
    bad = [m for m in browser.console() if "favicon" not in m and "WebSocket" not in m and "ERR_CONNECTION" not in m]
    assert not bad, bad


# ---- with the test server -------------------------------------------------------


def test_fake_picture(browser):
    """Every row has ink; a 5 Hz sine has its period and height; the peak is right."""
    server = Fake("--frequency", 5, "--amplitude", 50e-6, "--offset", 1e-3)
    try:
        browser.open(server.url + "?sensitivity=10&seconds=5&theme=light&spectrum=0")
        browser.wait(samples(4))
        browser.keys(" ")
        browser.wait("return document.documentElement.dataset.frozen === 'true'")
        time.sleep(0.2)
        check_picture(browser, 5, 50)
        no_errors(browser)
    finally:
        server.stop()


def test_fake_peak(browser):
    """The spectrum names the sine between two bins."""
    server = Fake("--frequency", 10.3)
    try:
        browser.open(server.url)
        browser.wait("return document.documentElement.dataset.peak && window.__eeg.received - window.__eeg.first > 1100", 20)
        peak = float(browser.js("return document.documentElement.dataset.peak"))
        assert abs(peak - 10.3) < 0.1, peak
        text = browser.js("return document.getElementById('peak').textContent")
        assert text == "10.3 Hz", text
        no_errors(browser)
    finally:
        server.stop()


def test_fake_loss(browser):
    """Lost samples are counted once and drawn hatched; the stream then ends visibly."""
    server = Fake("--gap-at", 750, "--gap-frames", 250, "--end-at", 1500)
    try:
        browser.open(server.url + "?theme=light")
        browser.wait("return document.documentElement.dataset.state === 'ended'", 20)
        lost, gaps, got = browser.js("const d = document.documentElement.dataset; return [d.lost, d.gaps, d.samples]")
        assert (lost, gaps, got) == ("250", "1", "1500"), (lost, gaps, got)
        g = geometry(browser)
        image = Image(browser.png())
        per_second = g["width"] / g["seconds"]
        hatched = [image.at(g["x"] + int(3.5 * per_second), g["y"] + y) for y in range(g["height"])]
        assert len(set(hatched)) == 2, f"a hatched column has two colours, not {set(hatched)}"
        shown = browser.js("return document.getElementById('lost').textContent")
        assert shown == "250", shown
        no_errors(browser)
    finally:
        server.stop()


def test_fake_saturated(browser):
    """A saturated input is told in words."""
    server = Fake("--saturated")
    try:
        browser.open(server.url)
        browser.wait(samples(0.5))
        assert browser.js("return document.getElementById('saturated').innerText").split() == ["Input", "saturated"]
        no_errors(browser)
    finally:
        server.stop()


def test_fake_keys(browser):
    """Sensitivity, time base, freeze, help and names work from the keyboard alone."""
    server = Fake()
    try:
        browser.open(server.url + "?sensitivity=7&seconds=10")
        browser.wait(samples(0.5))
        data = "return document.documentElement.dataset."
        browser.keys("+")
        browser.wait(data + "sensitivity === '5'")
        browser.keys("--")
        browser.wait(data + "sensitivity === '10'")
        browser.keys("[")
        browser.wait(data + "seconds === '5'")
        browser.keys("]]")
        browser.wait(data + "seconds === '15'")
        browser.keys(" ")
        browser.wait("return !document.getElementById('badge').hidden && document.getElementById('badge').textContent.startsWith('Frozen')")
        before = browser.js("return window.__eeg.received")
        browser.wait(f"return window.__eeg.received > {before + 50}")
        columns = browser.js("return window.__eeg.columns")
        browser.wait(f"return window.__eeg.received > {before + 200}", what="data goes on while frozen")
        assert browser.js("return window.__eeg.columns") == columns, "a frozen picture was drawn"
        browser.keys(" ")
        browser.wait(f"return window.__eeg.columns > {columns}")
        browser.keys("?")
        browser.wait("return document.getElementById('help').open")
        browser.keys("\ue00c")
        browser.wait("return !document.getElementById('help').open")
        theme = browser.js(data + "theme")
        browser.keys("d")
        browser.wait(data + f"theme !== '{theme}'")
        label = browser.js("return document.getElementById('trace-canvas').getAttribute('aria-label')")
        assert "8 channels" in label and "250 S/s" in label and "µV/mm" in label, label
        unnamed = browser.js("""return [...document.querySelectorAll('button')].filter(
            b => !(b.textContent.trim() || b.getAttribute('aria-label'))).length""")
        assert unnamed == 0, unnamed
        rows = browser.js("return document.querySelectorAll('#table tbody tr').length")
        assert rows == 8, rows
        no_errors(browser)
    finally:
        server.stop()


def test_fake_reconnect(browser):
    """A restarted server of the same session is resumed without loss; of another, from new."""
    first = Fake("--session", "same")
    port = first.port
    try:
        browser.open(first.url)
        browser.wait(samples(1))
        first.stop()
        browser.wait("return document.documentElement.dataset.state === 'reconnecting'")
        first = Fake("--session", "other", "--port", port, "--channels", 4)
        browser.wait("const d = document.documentElement.dataset; return d.session === 'other' && d.channels === '4' && d.state === 'live'", 20)
        lost = browser.js("return document.documentElement.dataset.lost")
        assert lost == "0", lost
    finally:
        first.stop()


def test_fake_contrast(browser):
    """Texts on their grounds reach 4.5 to 1 in both themes."""
    server = Fake()
    try:
        for theme in ("light", "dark"):
            browser.open(server.url + "?theme=" + theme)
            browser.wait(samples(0.2))
            bad = browser.js("""
              const lum = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map((v) => { v /= 255;
                return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
              const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
                if (!/, 0\\)$/.test(c) && c !== 'transparent') return c; } return 'rgb(255,255,255)'; };
              const out = [];
              for (const e of document.querySelectorAll('body *')) {
                if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
                if (!e.getClientRects().length) continue;
                const a = lum(getComputedStyle(e).color), b = lum(ground(e));
                const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (ratio < 4.5) out.push(e.id + ' ' + e.tagName + ' ' + e.textContent.slice(0, 20) + ' ' + ratio.toFixed(2));
              }
              return out;""")
            assert not bad, (theme, bad)
    finally:
        server.stop()


# ---- with websocketsink -----------------------------------------------------------


def test_real_picture(browser):
    """The real server: picture, peak, nothing lost, no violation of its security policy."""
    server = Real(frequency=5)
    try:
        browser.open(server.url + "?sensitivity=10&seconds=5&theme=light")
        browser.wait(samples(4))
        peak = float(browser.js("return document.documentElement.dataset.peak"))
        assert abs(peak - 5) < 0.25, peak
        assert browser.js("return document.documentElement.dataset.lost") == "0"
        browser.keys(" ")
        time.sleep(0.3)
        check_picture(browser, 5, 50)
        no_errors(browser)
    finally:
        server.stop()


def test_real_reconnect(browser):
    """Killed and started again: the viewer comes back by itself with the new session."""
    server = Real()
    try:
        browser.open(server.url)
        browser.wait(samples(1))
        session = browser.js("return document.documentElement.dataset.session")
        server.stop()
        browser.wait("return document.documentElement.dataset.state === 'reconnecting'")
        server = Real(port=server.port, channels=4)
        browser.wait("const d = document.documentElement.dataset;"
                     f"return d.session !== '{session}' && d.channels === '4' && d.state === 'live'", 20)
    finally:
        server.stop()


def test_real_resume(browser):
    """A cut connection goes on at the next sample index: the counter has no step, nothing is lost."""
    server = Real()
    proxy = Proxy(server)
    try:
        browser.open(proxy.url)
        browser.wait(samples(1))
        data = browser.js("return [window.__eeg.first, document.documentElement.dataset.session]")
        for n in range(1, 4):
            proxy.cut()
            browser.wait(f"return window.__eeg.reconnects >= {n} && window.__eeg.state === 'live'", 10)
        now = browser.js("return window.__eeg.received")
        browser.wait(f"return window.__eeg.received > {now + 250}", 10)
        lost, gaps = browser.js("const d = document.documentElement.dataset; return [d.lost, d.gaps]")
        assert (lost, gaps) == ("0", "0"), (lost, gaps)
        assert browser.js("return [window.__eeg.first, document.documentElement.dataset.session]") == data, "began anew"
    finally:
        proxy.stop()
        server.stop()


def test_real_alpha(browser):
    """Lifelike EEG: the occipital channels have their alpha peak at 10 Hz, a chosen channel is followed."""
    server = Real(pipeline="eegtestsrc is-live=true seed=1 ! eegfilter highpass=0.5 lowpass=70 notch=50".split())
    try:
        browser.open(server.url)
        browser.wait(samples(8), 20)
        names = browser.js("return window.__eeg.names")
        assert browser.js("return document.getElementById('spectrum-channel').textContent") == "O1"
        for channel in ("O1", "O2"):
            browser.js(f"document.querySelectorAll('#labels button')[{names.index(channel)}].click()")
            browser.wait(f"return document.getElementById('spectrum-channel').textContent === '{channel}'")
            time.sleep(0.7)
            peak = float(browser.js("return document.documentElement.dataset.peak"))
            assert abs(peak - 10) < 0.25, (channel, peak)
            assert browser.js("return document.getElementById('peak-note').textContent") == "alpha peak"
        assert browser.js("return document.documentElement.dataset.lost") == "0"
        no_errors(browser)
    finally:
        server.stop()


def test_real_served_spectrum(browser):
    """Where the server has spectra of the same channels, the panel shows those."""
    server = Real(pipeline="eegtestsrc is-live=true wave=sine frequency=21 amplitude=20e-6 channels=8 ! tee name=t ! queue ! "
                           "eegspectrum window=1 ! ws.stream_0 t. ! queue".split(), name="ws")
    try:
        browser.open(server.url)
        browser.wait(samples(1), 20)
        browser.wait("return window.__eeg.served && document.documentElement.dataset.peak", 20)
        browser.wait("return document.querySelector('.legend').textContent.includes('windows of 1 s, from the server')")
        peak = float(browser.js("return document.documentElement.dataset.peak"))
        assert abs(peak - 21) < 0.1, peak
        # A chosen channel is shown at once, and the samples go on as before.
        browser.js("document.querySelectorAll('#labels button')[3].click()")
        browser.wait("return window.__eeg.served && Math.abs(Number(document.documentElement.dataset.peak) - 21) < 0.1")
        assert browser.js("return document.documentElement.dataset.lost") == "0"
        no_errors(browser)
    finally:
        server.stop()


def test_real_counts(browser):
    """Counts of the simulated chip are shown in microvolts, 32 channels in rows of their own."""
    server = Real(pipeline="ads1299src bus=sim is-live=true chips=4 rate=1000".split())
    try:
        browser.open(server.url + "?theme=light")
        browser.wait(samples(3, 1000))
        unit, n = browser.js("return [window.__eeg.unit, window.__eeg.names.length]")
        assert (unit, n) == ("µV", 32), (unit, n)
        g = geometry(browser)
        image = Image(browser.png())
        inked = sum(any(sum(image.at(g["x"] + x, y)) < 600 for y in range(
            int(g["y"] + r * g["height"] / 32), int(g["y"] + (r + 1) * g["height"] / 32))) for r in range(32) for x in [100])
        assert inked >= 30, inked
        assert browser.js("return document.documentElement.dataset.lost") == "0"
        no_errors(browser)
    finally:
        server.stop()


def test_real_stalled(browser):
    """A page blocked for three seconds goes on without a lost sample: its worker kept reading."""
    server = Real()
    try:
        browser.open(server.url)
        browser.wait(samples(1))
        before = browser.js("""const e = window.__eeg; const end = performance.now() + 3000;
            while (performance.now() < end); return e.received""")
        browser.wait(f"return window.__eeg.received >= {before + 2.5 * 250}", 5)
        assert browser.js("return document.documentElement.dataset.lost") == "0"
    finally:
        server.stop()


def test_real_end(browser):
    """The end of the stream is told as such."""
    server = Real(buffers=1000)
    try:
        browser.open(server.url)
        browser.wait("return ['ended', 'reconnecting'].includes(document.documentElement.dataset.state)", 25)
    finally:
        server.stop()


def missing(names):
    if isinstance(webdriver.find_browser(), str):
        return webdriver.find_browser()
    if any(n.startswith("fake") for n in names):
        if subprocess.run([PYTHON, "-c", "import websockets"], capture_output=True).returncode:
            return "no module websockets (Debian: apt install python3-websockets)"
    if any(n.startswith("real") for n in names):
        if not shutil.which("gst-launch-1.0"):
            return "no gst-launch-1.0 in PATH"
        for element in ("eegtestsrc", "eegfilter", "ads1299src", "websocketsink"):
            if subprocess.run(["gst-inspect-1.0", element], capture_output=True).returncode:
                return f"this build has no {element}"
    return None


def main():
    tests = {k[5:]: v for k, v in globals().items() if k.startswith("test_")}
    names = sys.argv[1:] or list(tests)
    names = [n for a in names for n in tests if n == a or n.startswith(a + "_")]
    assert names, f"known tests: {', '.join(tests)}"
    reason = missing(names)
    if reason:
        print("SKIP:", reason)
        return 77
    failed = 0
    browser = Browser()
    try:
        for name in names:
            began = time.monotonic()
            try:
                tests[name](browser)
                print(f"ok   {name} ({time.monotonic() - began:.1f} s)", flush=True)
            except (AssertionError, RuntimeError) as error:
                failed += 1
                print(f"FAIL {name}: {error}", flush=True)
                folder = os.environ.get("MESON_BUILD_ROOT")
                if folder:
                    with open(os.path.join(folder, f"viewer-{name}.png"), "wb") as f:
                        f.write(browser.png())
    finally:
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
