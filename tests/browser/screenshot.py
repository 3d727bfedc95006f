#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures of the viewer, of a live pipeline in headless Chromium.

Usage: meson devenv -C build tests/browser/screenshot.py FILE.png [--theme dark] [--size 1400x800] [--seconds 12]
           [--query seconds=10] [--keys ' '] [PIPELINE...]
docs/images/viewer.png is made by: screenshot.py docs/images/viewer.png
"""
import argparse
import os
import subprocess
import sys
import time

from viewer_test import Real, samples
from webdriver import Browser

DEFAULT = ("eegtestsrc is-live=true ! eegfilter highpass=0.5 lowpass=70 notch=50").split()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("file")
    p.add_argument("--theme", default="light", choices=["light", "dark"])
    p.add_argument("--size", default="1400x800")
    p.add_argument("--seconds", type=float, default=14)
    p.add_argument("--query", default="")
    p.add_argument("--keys", default="", help="pressed before the picture is taken")
    p.add_argument("--stop", action="store_true", help="kill the server before the picture is taken")
    p.add_argument("pipeline", nargs="*")
    a = p.parse_intermixed_args()
    width, height = map(int, a.size.split("x"))
    server = Real(pipeline=a.pipeline or DEFAULT)
    browser = Browser()
    try:
        browser.viewport(width, height)
        browser.open(f"{server.url}?theme={a.theme}&{a.query}")
        browser.wait(samples(0.1))
        time.sleep(a.seconds)
        browser.keys(a.keys)
        if a.stop:
            server.stop()
            time.sleep(2)
        time.sleep(0.5)
        with open(a.file, "wb") as f:
            f.write(browser.png())
        print(browser.js("return JSON.stringify(document.documentElement.dataset)"))
        print(browser.console())
    finally:
        browser.close()
        if not a.stop:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
