#!/usr/bin/python3
"""Positions of the 10-10 system on a sphere, by construction.

Cz is the pole; the ring through Fpz, T7, Oz and T8 is the equator, divided into
steps of 18 degrees; the midline is divided into steps of 22.5 degrees. A
coronal row is the arc of the circle through its two ring electrodes and its
midline electrode, divided evenly. One more ring runs 22.5 degrees below.

Prints rows for the table of gst/eegmontage/eegelectrodes.c: inclination from Cz
and azimuth from the nose towards the right ear, in degrees.
"""
import numpy as np


def point(inclination, azimuth):
    i, a = np.radians(inclination), np.radians(azimuth)
    return np.array([np.sin(i) * np.sin(a), np.sin(i) * np.cos(a), np.cos(i)])


def arc(a, b, c, n):
    """n + 1 points that divide the arc from a to b, on the circle through c."""
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal)
    centre = normal * (a @ normal)
    u = (a - centre) / np.linalg.norm(a - centre)
    v = np.cross(normal, u)
    angle = np.arctan2((b - centre) @ v, (b - centre) @ u)
    radius = np.linalg.norm(a - centre)
    return [centre + radius * (np.cos(t) * u + np.sin(t) * v) for t in np.linspace(0, angle, n + 1)]


def positions():
    out = {}
    ring = ["Fp", "AF", "F", "FT", "T", "TP", "P", "PO", "O"]
    for k, name in enumerate(ring):
        # the number of the electrode on the equator
        n = 1 if name in ("Fp", "O") else 7
        out[f"{name}{n}"] = point(90, -18 * (k + 1))
        out[f"{name}{n + 1}"] = point(90, 18 * (k + 1))
        if 0 < k < 8:
            out[f"{name}9"] = point(112.5, -18 * (k + 1))
            out[f"{name}10"] = point(112.5, 18 * (k + 1))
    midline = ["Nz", "Fpz", "AFz", "Fz", "FCz", "Cz", "CPz", "Pz", "POz", "Oz", "Iz"]
    for k, name in enumerate(midline):
        out[name] = point(abs(112.5 - 22.5 * k), 0 if k <= 5 else 180)
    rows = [("AF", "AF"), ("F", "F"), ("FT", "FC"), ("T", "C"), ("TP", "CP"), ("P", "P"), ("PO", "PO")]
    for edge, row in rows:
        for side, inner in ((7, (5, 3, 1)), (8, (6, 4, 2))):
            other = 15 - side
            points = arc(out[f"{edge}{side}"], out[f"{row}z"], out[f"{edge}{other}"], 4)
            for n, p in zip(inner, points[1:4]):
                out[f"{row}{n}"] = p
    return out


def table():
    """As in the C file: rounded to a hundredth of a degree."""
    rows = {}
    for name, p in positions().items():
        inclination = np.degrees(np.arccos(np.clip(p[2], -1, 1)))
        azimuth = np.degrees(np.arctan2(p[0], p[1])) if np.hypot(p[0], p[1]) > 1e-9 else 0.0
        rows[name] = (round(float(inclination), 2), round(float(azimuth), 2) + 0.0)
    return rows


if __name__ == "__main__":
    for name, (i, a) in table().items():
        print(f'    {{"{name}", {i:g}, {a:g}}},')
