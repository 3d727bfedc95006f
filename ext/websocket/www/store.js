// SPDX-License-Identifier: LGPL-2.1-or-later
// The samples of the last minute, addressed by absolute sample index, and the
// minimum and maximum of each pixel column, addressed by absolute column index.

const BUDGET = 48 << 20; // bytes of samples
const SECONDS = 64;

/** Interleaved ring of samples in display units. A lost sample is NaN. */
export class SampleRing {
  constructor(channels, rate) {
    this.channels = channels;
    this.rate = rate;
    const most = Math.floor(BUDGET / 4 / channels);
    this.capacity = Math.max(1, Math.min(Math.ceil(SECONDS * rate), most));
    this.data = new Float32Array(this.capacity * channels);
    this.first = 0; // oldest sample held
    this.next = null; // index after the newest sample
  }

  /**
   * Appends frames starting at absolute index `first`. Indices before `next`
   * are already known and skipped; a jump is stored as lost samples.
   * @returns {?{lost: number, start: number, end: number}} what is new, or null
   */
  push(first, frames, values, factors) {
    const ch = this.channels;
    if (this.next === null) this.first = this.next = first;
    let lost = 0;
    let skip = 0;
    const start = this.next;
    if (first > this.next) {
      lost = first - this.next;
      if (lost >= this.capacity) this.first = this.next = first;
      else for (; this.next < first; this.next++) this.data.fill(NaN, this.at(this.next), this.at(this.next) + ch);
    } else {
      skip = this.next - first;
      if (skip >= frames) return null;
    }
    for (let i = Math.max(skip, frames - this.capacity); i < frames; i++) {
      const to = this.at(first + i);
      const from = i * ch;
      for (let c = 0; c < ch; c++) this.data[to + c] = values[from + c] * factors[c];
    }
    this.next = first + frames;
    this.first = Math.max(this.first, this.next - this.capacity);
    return { lost, start: Math.max(start, this.first), end: this.next };
  }

  /** A ring of its own with the same samples. */
  clone() {
    return Object.assign(Object.create(SampleRing.prototype), this, { data: this.data.slice() });
  }

  /** Position of sample `index` in `data`. */
  at(index) {
    return (index % this.capacity) * this.channels;
  }

  /** The newest `count` samples of a channel, or fewer after a gap. */
  newest(channel, count) {
    const end = this.next ?? 0;
    let begin = Math.max(this.first, end - count);
    for (let i = end - 1; i >= begin; i--) {
      if (Number.isNaN(this.data[this.at(i) + channel])) {
        begin = i + 1;
        break;
      }
    }
    const out = new Float64Array(end - begin);
    for (let i = begin; i < end; i++) out[i - begin] = this.data[this.at(i) + channel];
    return out;
  }
}

/**
 * One page of pixel columns. Column numbers are absolute, so the same sample
 * always falls into the same column and nothing shimmers while it is drawn.
 */
export class ColumnRing {
  constructor(channels, width, seconds, rate) {
    this.channels = channels;
    this.width = width;
    this.perSample = width / (seconds * rate);
    this.min = new Float32Array(width * channels).fill(NaN);
    this.max = new Float32Array(width * channels).fill(NaN);
    this.gap = new Uint8Array(width);
    this.first = null; // oldest column with data
    this.last = null; // newest column with data
    this.sample = null; // newest sample taken in
  }

  column(sample) {
    return Math.floor(sample * this.perSample);
  }

  /** Marks columns [from, to) as lost. */
  skip(from, to) {
    for (let k = from; k < to; k++) {
      const x = k % this.width;
      this.gap[x] = 1;
      this.min.fill(NaN, x * this.channels, (x + 1) * this.channels);
      this.max.fill(NaN, x * this.channels, (x + 1) * this.channels);
    }
  }

  /** Takes in samples [start, end) of the ring. */
  take(ring, start, end) {
    const { channels: ch, width, min, max } = this;
    const data = ring.data;
    for (let s = start; s < end; s++) {
      const col = this.column(s);
      const from = ring.at(s);
      const lost = Number.isNaN(data[from]);
      const connect = this.sample === s - 1;
      const before = connect ? this.last : null;
      if (this.last === null || col !== this.last) {
        // Columns between two samples that are further apart than a pixel
        // lie on the straight line between them.
        const k0 = before === null ? col : Math.max(before + 1, col - width + 1);
        if (!connect && this.last !== null) this.skip(Math.max(this.last + 1, col - width + 1), col);
        const prev = connect ? ring.at(s - 1) : -1;
        for (let k = k0; k < col; k++) {
          const x = k % width;
          const t = (k + 0.5) / this.perSample - (s - 1);
          const u = Math.min(1, Math.max(0, t));
          this.gap[x] = lost || Number.isNaN(data[prev]) ? 1 : 0;
          for (let c = 0; c < ch; c++) {
            const v = data[prev + c] * (1 - u) + data[from + c] * u;
            min[x * ch + c] = max[x * ch + c] = v;
          }
        }
        const x = col % width;
        this.gap[x] = 0;
        min.fill(NaN, x * ch, x * ch + ch);
        max.fill(NaN, x * ch, x * ch + ch);
        if (this.first === null) this.first = col;
        this.last = col;
        this.first = Math.max(this.first, col - width + 1);
      }
      this.sample = s;
      const x = col % width;
      if (lost) {
        this.gap[x] = 1;
        continue;
      }
      const to = x * ch;
      for (let c = 0; c < ch; c++) {
        const v = data[from + c];
        if (!(min[to + c] <= v)) min[to + c] = v;
        if (!(max[to + c] >= v)) max[to + c] = v;
      }
    }
  }
}
