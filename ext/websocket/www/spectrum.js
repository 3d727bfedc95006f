// SPDX-License-Identifier: LGPL-2.1-or-later
// Power spectral density by Welch's method: Hann window, half overlap, the
// mean of each segment removed, one-sided density in unit squared per hertz.

/** In-place complex FFT, length a power of two. */
export class Fft {
  constructor(n) {
    this.n = n;
    this.cos = new Float64Array(n / 2);
    this.sin = new Float64Array(n / 2);
    for (let i = 0; i < n / 2; i++) {
      this.cos[i] = Math.cos((2 * Math.PI * i) / n);
      this.sin[i] = -Math.sin((2 * Math.PI * i) / n);
    }
  }

  run(re, im) {
    const n = this.n;
    for (let i = 1, j = 0; i < n; i++) {
      let bit = n >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i < j) {
        [re[i], re[j]] = [re[j], re[i]];
        [im[i], im[j]] = [im[j], im[i]];
      }
    }
    for (let half = 1; half < n; half <<= 1) {
      const stride = n / (2 * half);
      for (let base = 0; base < n; base += 2 * half) {
        for (let k = 0; k < half; k++) {
          const wr = this.cos[k * stride];
          const wi = this.sin[k * stride];
          const a = base + k;
          const b = a + half;
          const tr = re[b] * wr - im[b] * wi;
          const ti = re[b] * wi + im[b] * wr;
          re[b] = re[a] - tr;
          im[b] = im[a] - ti;
          re[a] += tr;
          im[a] += ti;
        }
      }
    }
  }
}

/** Segment length for `available` samples: about four seconds, at least one; 0 = too little. */
export function segmentLength(available, rate) {
  let n = 2 ** Math.round(Math.log2(4 * rate));
  n = Math.min(n, 65536);
  while (n > available) n >>= 1;
  return n >= rate * 0.9 && n >= 16 ? n : 0;
}

let plan = null;

/**
 * @param {Float64Array} x samples, at least `n`
 * @param {number} rate samples per second
 * @param {number} n segment length, a power of two
 * @returns {Float64Array} n/2+1 densities, bin k at k*rate/n Hz
 */
export function welch(x, rate, n) {
  if (!plan || plan.fft.n !== n) {
    const window = Float64Array.from({ length: n }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n));
    plan = { fft: new Fft(n), window, energy: window.reduce((s, w) => s + w * w, 0) };
  }
  const { fft, window, energy } = plan;
  const out = new Float64Array(n / 2 + 1);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const segments = Math.floor((x.length - n) / (n / 2)) + 1;
  for (let s = 0; s < segments; s++) {
    const start = x.length - n - s * (n / 2);
    let mean = 0;
    for (let i = 0; i < n; i++) mean += x[start + i];
    mean /= n;
    for (let i = 0; i < n; i++) re[i] = (x[start + i] - mean) * window[i];
    im.fill(0);
    fft.run(re, im);
    for (let k = 0; k <= n / 2; k++) {
      const twice = k === 0 || k === n / 2 ? 1 : 2;
      out[k] += (twice * (re[k] * re[k] + im[k] * im[k])) / (energy * rate * segments);
    }
  }
  return out;
}

/**
 * The most prominent local maximum between `low` and `high` hertz, between
 * bins by a parabola through the logarithms.
 * @returns {?{hz: number, density: number}} null when nothing stands out
 */
export function findPeak(psd, step, low, high) {
  const from = Math.max(1, Math.ceil(low / step));
  const to = Math.min(psd.length - 2, Math.floor(high / step));
  let best = -1;
  for (let k = from; k <= to; k++) {
    if (psd[k] > psd[k - 1] && psd[k] >= psd[k + 1] && (best < 0 || psd[k] > psd[best])) best = k;
  }
  if (best < 0) return null;
  // It has to rise at least 3 dB above the level a little further out.
  const out = Math.max(2, Math.round(2.5 / step));
  const floor = Math.sqrt(Math.max(1e-300, psd[Math.max(1, best - out)])
    * Math.max(1e-300, psd[Math.min(psd.length - 1, best + out)]));
  if (psd[best] < 2 * floor || psd[best] < 1e-9) return null;
  const [a, b, c] = [psd[best - 1], psd[best], psd[best + 1]].map((p) => Math.log(Math.max(p, 1e-300)));
  const bend = a - 2 * b + c;
  const shift = bend < 0 ? (0.5 * (a - c)) / bend : 0;
  return { hz: (best + Math.max(-0.5, Math.min(0.5, shift))) * step, density: psd[best] };
}
