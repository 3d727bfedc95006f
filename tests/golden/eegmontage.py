#!/usr/bin/python3
"""Montages computed with NumPy matrices, for tests/check/elements/eegmontage.c.

A case is three lines (input labels; property=value, parted by blanks; output
labels and reference) and then one line of volts for each of FRAMES frames. Input
value (frame f, channel c) comes from a linear congruential generator, rounded to
float as the element gets it.
"""
import numpy as np

from electrodes import point, table

FRAMES = 12

TWENTY = "Fp1 Fp2 F7 F3 Fz F4 F8 T7 C3 Cz C4 T8 P7 P3 Pz P4 P8 O1 Oz O2".split()
OLD = "Fp1 Fp2 F7 F3 Fz F4 F8 T3 C3 Cz C4 T4 T5 P3 Pz P4 T6 O1 O2 A1 A2".split()
EIGHT = "Fp1 Fp2 C3 C4 P7 P8 O1 O2".split()
NAMES = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}


def signal(channels):
    seed, out = 12345, np.empty((FRAMES, channels))
    for f in range(FRAMES):
        for c in range(channels):
            seed = (seed * 1664525 + 1013904223) % 2**32
            out[f, c] = 0.01 * (c + 1) + 100e-6 * (seed / 2**32 - 0.5)
    return out.astype(np.float32).astype(np.float64)


def one(labels, *names):
    m = np.zeros((len(names), len(labels)))
    for r, n in enumerate(names):
        m[r, labels.index(n)] = 1
    return m


def pairs(labels, *text):
    ends = [t.split("-") for t in text]
    return one(labels, *[a for a, _ in ends]) - one(labels, *[b for _, b in ends])


def mean(labels, *names):
    return np.ones((len(labels), 1)) @ one(labels, *names).mean(axis=0, keepdims=True)


def laplacian(labels, excluded=(), count=4):
    places = table()
    v = {n: point(*places[NAMES.get(n, n)]) for n in labels if NAMES.get(n, n) in places}
    m = np.eye(len(labels))
    for r, n in enumerate(labels):
        if n not in v:
            continue
        near = sorted((np.arctan2(np.linalg.norm(np.cross(v[n], v[o])), v[n] @ v[o]), i)
                      for i, o in enumerate(labels) if o != n and o in v and o not in excluded)
        limit = near[count - 1][0] * 1.001
        near = [(d, i) for d, i in near if d <= limit]
        total = sum(1 / d for d, _ in near)
        for d, i in near:
            m[r, i] -= 1 / d / total
    return m


def emit(labels, props, out_labels, reference, m):
    assert m.shape == (len(out_labels), len(labels)), (m.shape, len(out_labels))
    print(" ".join(labels))
    print(props)
    print(" ".join(out_labels), reference)
    for row in signal(len(labels)) @ m.T:
        print(" ".join(f"{x:.17g}" for x in row))


def main():
    print(f"# frames {FRAMES}; made by eegmontage.py")
    n = len(TWENTY)
    emit(TWENTY, "reference=none", TWENTY, "-", np.eye(n))
    emit(TWENTY, "channels=O2,Fp1,cz", ["O2", "Fp1", "Cz"], "-", one(TWENTY, "O2", "Fp1", "Cz"))
    emit(TWENTY, "channels=O1=Left,*",
         ["Left"] + [x for x in TWENTY if x != "O1"], "-",
         one(TWENTY, "O1", *[x for x in TWENTY if x != "O1"]))
    emit(TWENTY, "reference=average", TWENTY, "average", np.eye(n) - mean(TWENTY, *TWENTY))
    good = [x for x in TWENTY if x not in ("T7", "Oz")]
    emit(TWENTY, "reference=average exclude=T3,Oz", TWENTY, "average", np.eye(n) - mean(TWENTY, *good))
    emit(TWENTY, "reference=average exclude=T3,Oz on-excluded=drop", good, "average",
         (np.eye(n) - mean(TWENTY, *good))[[TWENTY.index(x) for x in good]])
    emit(TWENTY, "reference=average channels=Cz,O1-O2", ["Cz", "O1-O2"], "average",
         np.vstack([one(TWENTY, "Cz") - mean(TWENTY, *TWENTY)[:1], pairs(TWENTY, "O1-O2")]))
    emit(TWENTY, "reference=Cz", TWENTY, "Cz", np.eye(n) - mean(TWENTY, "Cz"))
    emit(TWENTY, "reference=P7,P8,Cz", TWENTY, "P7+P8+Cz", np.eye(n) - mean(TWENTY, "P7", "P8", "Cz"))
    emit(OLD, "reference=linked-ears", OLD, "linked-ears", np.eye(len(OLD)) - mean(OLD, "A1", "A2"))
    banana = ("Fp1-F7 F7-T3 T3-T5 T5-O1 Fp1-F3 F3-C3 C3-P3 P3-O1 Fz-Cz Cz-Pz "
              "Fp2-F4 F4-C4 C4-P4 P4-O2 Fp2-F8 F8-T4 T4-T6 T6-O2").split()
    emit(OLD, "reference=bipolar", banana, "bipolar", pairs(OLD, *banana))
    emit(OLD, "channels=double-banana", banana, "bipolar", pairs(OLD, *banana))
    small = "Fp1-P7 P7-O1 Fp1-C3 C3-O1 Fp2-C4 C4-O2 Fp2-P8 P8-O2".split()
    emit(EIGHT, "channels=double-banana", small, "bipolar", pairs(EIGHT, *small))
    across = ("F7-Fp1 Fp1-Fp2 Fp2-F8 F7-F3 F3-Fz Fz-F4 F4-F8 T7-C3 C3-Cz Cz-C4 C4-T8 "
              "P7-P3 P3-Pz Pz-P4 P4-P8 P7-O1 O1-O2 O2-P8").split()
    emit(TWENTY, "channels=transverse", across, "bipolar", pairs(TWENTY, *across))
    emit(TWENTY, "channels=Fp1-F7-T3-P7,Fz-Cz=Mid", ["Fp1-F7", "F7-T7", "T7-P7", "Mid"], "bipolar",
         pairs(TWENTY, "Fp1-F7", "F7-T7", "T7-P7", "Fz-Cz"))
    emit(TWENTY, "reference=laplacian", TWENTY, "laplacian", laplacian(TWENTY))
    emit(OLD, "reference=laplacian neighbours=3 exclude=C3", OLD, "laplacian", laplacian(OLD, ("C3",), 3))
    emit(EIGHT, "matrix=1,-1,0,0,0,0,0,0;Mid:0,0,.5,.5,0,0,0,0;0,0,0,0,0,0,0,1", ["Fp1-Fp2", "Mid", "O2"], "matrix",
         np.vstack([pairs(EIGHT, "Fp1-Fp2"), 0.5 * (one(EIGHT, "C3") + one(EIGHT, "C4")), one(EIGHT, "O2")]))
    rng = np.random.default_rng(1)
    dense = np.round(rng.normal(size=(8, 8)), 3)
    text = ";".join(",".join(f"{x:g}" for x in row) for row in dense)
    emit(EIGHT, f"matrix={text}", EIGHT, "matrix", np.array([[float(f"{x:g}") for x in row] for row in dense]))
    wide = np.round(rng.normal(size=(37, 20)), 3)
    text = ";".join(",".join(f"{x:g}" for x in row) for row in wide)
    emit(TWENTY, f"matrix={text}", [f"Mix{i + 1}" for i in range(37)], "matrix",
         np.array([[float(f"{x:g}") for x in row] for row in wide]))


if __name__ == "__main__":
    main()
