#!/usr/bin/env python3
"""Writes ads1299-golden.h: what the formulas of the ADS1299 have to give.

Independent of the C code: the decimation filter is run as three moving sums
over the modulator's samples, the lead-off current as a square wave through it;
tables of the datasheet (SBAS499C) are typed in.
Run: /usr/bin/python3 ads1299-golden.py > ads1299-golden.h
"""
import math

import numpy as np

FMOD = 1.024e6
RATES = [16000, 8000, 4000, 2000, 1000, 500, 250]


def sinc3_taps(n):
    box = np.ones(n) / n
    return np.convolve(np.convolve(box, box), box)


def gain(hz, taps):
    k = np.arange(len(taps))
    return abs(np.sum(taps * np.exp(-2j * np.pi * hz / FMOD * k)))


def delay(taps):
    return np.sum(np.arange(len(taps)) * taps) / np.sum(taps) / FMOD


def lockin_square(n, rate, hz):
    """Peak of the fundamental of a +-1 square wave after filter and decimation."""
    taps = sinc3_taps(n)
    periods = 64
    samples = int(round(periods * rate / hz))
    length = samples * n + len(taps)
    t = (np.arange(length) + 0.37) / FMOD
    wave = np.where((t * hz) % 1.0 < 0.5, 1.0, -1.0)
    spectrum = np.fft.rfft(wave, 2 ** int(np.ceil(np.log2(length + len(taps)))))
    response = np.fft.rfft(taps, 2 * (len(spectrum) - 1))
    filtered = np.fft.irfft(spectrum * response)[len(taps) - 1:][::n][:samples]
    k = np.arange(samples)
    return 2 * abs(np.sum(filtered * np.exp(-2j * np.pi * hz / rate * k))) / samples


def table(name, rows):
    print(f"static const double {name}[][{len(rows[0])}] = {{")
    for r in rows:
        print("    {" + ", ".join(f"{v:.12g}" for v in r) + "},")
    print("};")


print("/* Written by ads1299-golden.py; do not edit. */")
print("/* rate, Hz, magnitude of the decimation filter */")
rows = []
for i, r in enumerate(RATES):
    taps = sinc3_taps(64 << i)
    for part in (0.01, 0.125, 0.25, 0.262, 0.4, 0.5, 0.9, 1.3):
        rows.append((r, part * r, gain(part * r, taps)))
    rows.append((r, 50.0, gain(50.0, taps)))
table("golden_gain", rows)
print("/* rate, group delay in s */")
table("golden_delay", [(r, delay(sinc3_taps(64 << i))) for i, r in enumerate(RATES)])
print("/* rate, lead-off Hz, peak of the fundamental for a current of 1 over 1 Ohm */")
rows = []
for r in (250, 500, 1000, 2000):
    n = 64 << RATES.index(r)
    for hz in (7.8125, 31.25, r / 4):
        rows.append((r, hz, lockin_square(n, r, hz)))
table("golden_lockin", rows)
print("/* gain, LSB in nV (2.4), ENOB at 250 S/s (tables 1 to 4) and its noise in uV */")
table("golden_lsb", [(g, 4.5 / g / 2 ** 23 * 1e9, u, math.log2(4.5 / (math.sqrt(2) * g * u * 1e-6)))
                     for g, u in zip((1, 2, 4, 6, 8, 12, 24), (1.08, 0.57, 0.31, 0.23, 0.20, 0.16, 0.14))])
