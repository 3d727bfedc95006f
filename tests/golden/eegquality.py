#!/usr/bin/python3
"""Levels of test signals by SciPy, for tests/check/elements/eegquality.c.

A line is: rate, samples, hum (V RMS at 50 Hz), muscle (V RMS above 35 Hz without
50 Hz and its multiples), slope, range of the last quarter (V peak to peak). The
signal, all from one linear congruential generator:

    y[n] = leak y[n - 1] + noise[n];  x[n] = offset + y[n] + hum sin (2 pi 50 n / rate)
"""
import numpy as np
from scipy import signal


def make(rate, n, leak, offset, hum):
    seed, y, x = 12345, 0.0, np.empty(n)
    for i in range(n):
        seed = (seed * 1664525 + 1013904223) % 2**32
        y = leak * y + 20e-6 * (seed / 2**32 - 0.5)
        x[i] = offset + y + hum * np.sin(2 * np.pi * 50 * i / rate)
    return x


def main():
    print("# rate samples leak offset hum -> hum muscle slope range; made by eegquality.py")
    for rate, n, leak, offset, hum in [(250, 500, 0.95, 0.02, 30e-6), (250, 500, 0.0, 0.0, 0.0),
                                       (1000, 2000, 0.9, -0.15, 5e-6), (160, 320, 0.5, 0.001, 0.0)]:
        x = make(rate, n, leak, offset, hum)
        f, spectrum = signal.periodogram(x, rate, window="hann", detrend="constant", scaling="spectrum")
        _, density = signal.periodogram(x, rate, window="hann", detrend="constant", scaling="density")
        level = np.sqrt(spectrum[np.argmin(abs(f - 50))])
        band = (f >= 35) & (f < rate / 2) & (abs(f - 50 * np.round(f / 50)) > 2)
        muscle = np.sqrt(density[band].sum() * f[1])
        fit = (f >= 2) & (f <= 30) & ~((f >= 7) & (f <= 14))
        slope = np.polyfit(np.log10(f[fit]), np.log10(density[fit]), 1)[0]
        tail = x[-n // 4:]
        print(rate, n, f"{leak:g} {offset:g} {hum:g} {level:.15g} {muscle:.15g} {slope:.15g} {tail.max() - tail.min():.15g}")


if __name__ == "__main__":
    main()
