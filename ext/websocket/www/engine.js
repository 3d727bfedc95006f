// SPDX-License-Identifier: LGPL-2.1-or-later
// Ties connection, rings, renderer and spectrum together. Runs in the worker,
// or on the page itself where a browser cannot draw from a worker.

import { Connection } from './connection.js';
import { FLAG_GAP, FLAG_SATURATED, displayScale } from './protocol.js';
import { Renderer } from './renderer.js';
import { SENSITIVITIES } from './scales.js';
import { findPeak, segmentLength, welch } from './spectrum.js';
import { SpectrumPlot } from './spectrumplot.js';
import { ColumnRing, SampleRing } from './store.js';

const STALE = 1000; // ms without data before the picture is called stale
const STATUS_EVERY = 250;
const SATURATED = 2000; // ms for which a saturated input is pointed out
const SPECTRUM_EVERY = 500;
const SPECTRUM_SECONDS = 8;
const SERVED = 3000; // ms for which a spectrum of the server's is good

export class Engine {
  constructor(init, post) {
    this.post = post;
    this.renderer = new Renderer(init.traces);
    this.plot = new SpectrumPlot(init.spectrum);
    this.view = {
      theme: init.theme,
      sensitivity: init.sensitivity,
      seconds: init.seconds,
      inverted: init.inverted,
      centred: init.centred,
      selected: 0,
      rows: [],
      offsets: null,
      unit: 'µV',
    };
    this.frozen = null; // copy of the samples when the picture was frozen
    this.showSpectrum = true;
    this.fitWanted = init.fit;
    this.renderer.resize(init.width, init.height, init.dpr);
    this.plot.resize(init.spectrumWidth, init.spectrumHeight, init.dpr);
    this.clear();
    this.connection = new Connection(init.url, {
      hello: (stream, resumed) => this.hello(stream, resumed),
      data: (message) => this.data(message),
      spectrum: (message, stream) => this.spectrum(message, stream),
      eos: () => {},
      page: () => Math.max(10, this.view.seconds),
      status: (message) => this.post({ op: 'notice', level: message.level, text: message.text }),
      change: () => this.status(),
    }, init.stream);
    this.connection.open();
    setInterval(() => this.status(), STATUS_EVERY);
    setInterval(() => this.spectrumTick(), SPECTRUM_EVERY);
    this.dirty = true;
    this.loop();
  }

  clear() {
    this.stream = null;
    this.ring = null;
    this.columns = null;
    this.lost = 0;
    this.gaps = 0;
    this.samples = 0;
    this.arrived = null;
    this.saturated = -Infinity;
    this.spectra = new Map();
    this.peak = null;
    this.served = -Infinity;
    this.turn = 0;
    this.page = null;
    this.fitted = false;
  }

  hello(stream, resumed) {
    const same = resumed && this.ring && stream.channels.length === this.ring.channels
      && stream.rate === this.ring.rate;
    if (same) return;
    this.clear();
    this.stream = stream;
    this.format = -1;
    const n = stream.channels.length;
    this.ring = new SampleRing(n, stream.rate);
    this.view.rows = Array.from({ length: n }, (_, i) => i);
    this.view.offsets = new Float64Array(n);
    const names = stream.channels.map((c, i) => c.name || `Ch${i + 1}`);
    const occipital = names.findIndex((name) => /^(o1|o2|oz)\b/i.test(name));
    this.view.selected = occipital < 0 ? 0 : occipital;
    this.frozen = null;
    this.rebuild();
    this.post({ op: 'stream', name: stream.name, rate: stream.rate, names, selected: this.view.selected, session: this.connection.session });
  }

  data(m) {
    const ring = this.ring;
    if (!ring || m.channels !== ring.channels) return;
    if (m.format !== this.format) {
      const { unit, factors } = displayScale(this.stream.channels, m.format);
      this.format = m.format;
      this.factors = factors;
      this.view.unit = unit;
    }
    const before = ring.next;
    const got = ring.push(m.first, m.frames, m.values, this.factors);
    this.arrived = performance.now();
    if (m.flags & FLAG_SATURATED) this.saturated = this.arrived;
    if (!got) return;
    // A jump of the index and the server's own count tell of the same loss.
    const lost = before === null ? m.missed : Math.max(got.lost, m.missed);
    this.lost += lost;
    if (before !== null && (lost || m.flags & FLAG_GAP)) this.gaps++;
    this.samples = ring.next;
    if (this.frozen) return; // the columns stay as they are, the samples are kept
    this.columns.take(ring, got.start, got.end);
    if (this.fitWanted && !this.fitted && ring.next - ring.first > ring.rate) this.fit();
    const page = Math.floor(this.columns.last / this.columns.width);
    if (page !== this.page || (before !== null && before - ring.first < ring.rate)) {
      this.page = page;
      if (this.centre()) this.dirty = true;
    }
  }

  /** Baseline of each channel: the mean of its newest second. Display only. */
  centre() {
    const { ring, view } = this;
    const n = Math.min(Math.round(ring.rate), ring.next - ring.first);
    let moved = false;
    for (let c = 0; c < ring.channels; c++) {
      let sum = 0;
      let count = 0;
      if (view.centred) {
        for (let i = ring.next - n; i < ring.next; i++) {
          const v = ring.data[ring.at(i) + c];
          if (!Number.isNaN(v)) {
            sum += v;
            count++;
          }
        }
      }
      const offset = count ? sum / count : 0;
      if (Math.abs(offset - view.offsets[c]) > 0.25 * view.sensitivity) moved = true;
      else continue;
      view.offsets[c] = offset;
    }
    return moved;
  }

  /** The finest sensitivity at which typical channels stay inside their row. */
  fit() {
    const { ring, view } = this;
    this.fitted = true;
    const spans = view.rows.map((c) => {
      const x = ring.newest(c, Math.round(2 * ring.rate)).sort();
      return x.length ? x[Math.floor(0.99 * (x.length - 1))] - x[Math.ceil(0.01 * (x.length - 1))] : 0;
    }).sort((a, b) => a - b);
    const span = spans[Math.floor(spans.length * 0.75)];
    const millimetres = this.renderer.height / this.renderer.dpr / view.rows.length / (96 / 25.4);
    if (!(span > 0)) return;
    view.sensitivity = SENSITIVITIES.find((s) => span / s <= 0.9 * millimetres) ?? SENSITIVITIES.at(-1);
    this.dirty = true;
    this.post({ op: 'view', sensitivity: view.sensitivity });
  }

  /** Columns anew from the samples: after a resize or a new time base. */
  rebuild() {
    const ring = this.frozen ?? this.ring;
    this.dirty = true;
    if (!ring) return;
    this.columns = new ColumnRing(ring.channels, this.renderer.width, this.view.seconds, ring.rate);
    if (ring.next !== null) {
      const page = Math.ceil(this.view.seconds * ring.rate) + 1;
      this.columns.take(ring, Math.max(ring.first, ring.next - page), ring.next);
    }
  }

  /** A frozen picture keeps its samples, so that it can be resized and rescaled for hours. */
  freeze(on) {
    if (on === Boolean(this.frozen)) return;
    this.frozen = on ? this.ring.clone() : null;
    if (!on && this.ring) this.rebuild();
  }

  command(m) {
    const { view } = this;
    switch (m.op) {
      case 'resize':
        this.renderer.resize(m.width, m.height, m.dpr);
        this.plot.resize(m.spectrumWidth, m.spectrumHeight, m.dpr);
        this.rebuild();
        this.drawSpectrum();
        break;
      case 'theme':
        view.theme = m.theme;
        this.drawSpectrum();
        break;
      case 'sensitivity':
        view.sensitivity = m.value;
        this.fitted = true;
        break;
      case 'seconds':
        view.seconds = m.value;
        this.rebuild();
        break;
      case 'fit':
        if (this.ring?.next) this.fit();
        break;
      case 'inverted':
        view.inverted = m.value;
        break;
      case 'centred':
        view.centred = m.value;
        if (this.ring?.next && !this.frozen) this.centre();
        break;
      case 'select':
        view.selected = m.channel;
        this.computeSpectrum(m.channel);
        this.drawSpectrum();
        break;
      case 'freeze':
        this.freeze(m.value && Boolean(this.ring?.next));
        break;
      case 'spectrum':
        this.showSpectrum = m.value;
        break;
      case 'hurry':
        this.connection.hurry();
        break;
    }
    this.dirty = true;
    this.status();
  }

  loop() {
    const frame = globalThis.requestAnimationFrame ?? ((f) => setTimeout(f, 16));
    frame(() => {
      this.draw();
      this.loop();
    });
  }

  /** The newest column that will not change any more. */
  head() {
    const last = this.columns?.last ?? null;
    return last === null ? null : Math.max(this.columns.first, last - 1);
  }

  draw() {
    const { columns, renderer, view } = this;
    if (this.dirty) {
      this.dirty = false;
      renderer.full(view, columns, this.head());
    } else if (!this.frozen) {
      renderer.advance(view, columns, this.head());
    }
  }

  spectrumTick() {
    if (!this.showSpectrum || !this.ring || this.ring.next === null || this.frozen) return;
    this.computeSpectrum(this.view.selected);
    // The others take turns, so that many fast channels cost no more.
    for (let i = 0; i < Math.min(4, this.ring.channels); i++) {
      this.turn = (this.turn + 1) % this.ring.channels;
      if (this.turn !== this.view.selected) this.computeSpectrum(this.turn);
    }
    this.drawSpectrum();
  }

  /** Spectra that the server computed: shown instead of the page's own. */
  spectrum(m, stream) {
    if (this.frozen || !this.ring || m.channels !== this.ring.channels) return;
    const bins = stream.bins;
    for (let c = 0; c < m.channels; c++) {
      const psd = Float64Array.from(m.values.subarray(c * bins, (c + 1) * bins));
      this.spectra.set(c, { psd, step: stream.binWidth });
    }
    this.served = performance.now();
    this.choosePeak(this.view.selected);
  }

  computeSpectrum(channel) {
    const { ring } = this;
    if (performance.now() - this.served < SERVED) {
      if (channel === this.view.selected) this.choosePeak(channel);
      return;
    }
    if (!ring || ring.next === null || channel >= ring.channels) return;
    const x = ring.newest(channel, Math.round(SPECTRUM_SECONDS * ring.rate));
    const n = segmentLength(x.length, ring.rate);
    if (!n) {
      this.spectra.delete(channel);
      if (channel === this.view.selected) this.peak = null;
      return;
    }
    const psd = welch(x, ring.rate, n);
    const step = ring.rate / n;
    this.spectra.set(channel, { psd, step });
    if (channel === this.view.selected) this.choosePeak(channel);
  }

  choosePeak(channel) {
    const { psd, step } = this.spectra.get(channel) ?? {};
    this.peak = null;
    if (psd) {
      const alpha = findPeak(psd, step, 7, 14);
      const any = findPeak(psd, step, 1, Math.min(60, this.ring.rate / 2));
      // Without an alpha rhythm the strongest other rhythm is shown, as such.
      this.peak = alpha && (!any || alpha.density * 100 > any.density) ? { ...alpha, alpha: true } : any && { ...any, alpha: false };
    }
  }

  drawSpectrum() {
    if (this.showSpectrum) this.plot.draw(this.view, this.spectra, this.ring?.rate ?? 120, this.peak);
  }

  state(age) {
    const { phase } = this.connection;
    if (phase === 'open') {
      if (this.arrived === null) return this.connection.stream ? 'waiting' : 'connecting';
      return age > STALE ? 'stale' : 'live';
    }
    return { connecting: 'connecting', waiting: 'reconnecting', ended: 'ended', refused: 'refused' }[phase];
  }

  status() {
    const now = performance.now();
    const age = this.arrived === null ? null : now - this.arrived;
    const { ring, view, connection } = this;
    const levels = ring && ring.next !== null ? view.rows.map((c) => rms(ring.newest(c, Math.round(ring.rate)))) : [];
    this.post({
      op: 'status',
      state: this.state(age),
      detail: connection.detail,
      retryIn: connection.phase === 'waiting' ? Math.max(0, connection.retryAt - now) : 0,
      age,
      lost: this.lost,
      gaps: this.gaps,
      saturated: now - this.saturated < SATURATED,
      samples: this.samples,
      received: ring?.next ?? null,
      first: ring?.first ?? null,
      reconnects: connection.reconnects,
      session: connection.session,
      peak: this.peak,
      served: now - this.served < SERVED,
      servedWindow: connection.spectra?.window ?? null,
      unit: view.unit,
      levels,
      frozenBehind: this.frozen ? (ring.next - this.frozen.next) / ring.rate : null,
      columns: this.renderer.columnsDrawn,
      width: this.renderer.width,
      left: this.renderer.left,
      height: this.renderer.height,
      pixelsPerUnit: Math.abs(this.renderer.pixelsPerUnit(view)),
    });
  }
}

/** Root mean square around the mean; NaN for nothing. */
function rms(x) {
  if (!x.length) return NaN;
  let sum = 0;
  for (const v of x) sum += v;
  const mean = sum / x.length;
  let square = 0;
  for (const v of x) square += (v - mean) ** 2;
  return Math.sqrt(square / x.length);
}
