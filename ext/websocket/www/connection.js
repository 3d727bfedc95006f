// SPDX-License-Identifier: LGPL-2.1-or-later
// One WebSocket that comes back: exponential back-off with jitter, resumes at
// the sample after the last one received while the session is the same.

import { PROTOCOL, ProtocolError, TYPE_SPECTRUM, decode } from './protocol.js';

const FIRST_DELAY = 250;
const LAST_DELAY = 10000;
const SETTLED = 30000; // a link that lived this long starts again at the first delay
const OPEN_TIMEOUT = 8000;

export class Connection {
  /**
   * @param {string} url
   * @param {object} on callbacks: hello(stream, resumed), data(message),
   *   spectrum(message, stream),
   *   eos(), status(object), change(), page(): seconds of history wanted
   * @param {?number} wanted stream id, or null for the first
   */
  constructor(url, on, wanted = null) {
    this.url = url;
    this.on = on;
    this.wanted = wanted;
    this.phase = 'connecting'; // connecting, waiting, open, ended, refused
    this.detail = '';
    this.retryAt = 0;
    this.session = null;
    this.stream = null;
    this.subscribed = null; // the socket that carries a subscription
    this.spectra = null; // the stream with the spectra of the same channels
    this.spectraOn = null; // the socket that carries its subscription
    this.next = null; // sample index that would continue the picture
    this.attempt = 0;
    this.reconnects = 0;
    this.badMessages = 0;
    this.timer = 0;
  }

  open() {
    clearTimeout(this.timer);
    const ws = new WebSocket(this.url, PROTOCOL);
    this.ws = ws;
    ws.binaryType = 'arraybuffer';
    const guard = setTimeout(() => ws.close(), OPEN_TIMEOUT);
    let since = 0;
    ws.onopen = () => {
      clearTimeout(guard);
      since = performance.now();
    };
    ws.onmessage = ({ data }) => {
      if (ws !== this.ws) return;
      try {
        if (typeof data === 'string') this.text(JSON.parse(data));
        else this.binary(data);
      } catch (error) {
        if (!(error instanceof ProtocolError || error instanceof SyntaxError)) throw error;
        this.badMessages++;
        this.detail = error.message;
      }
    };
    ws.onclose = ({ code, reason }) => {
      clearTimeout(guard);
      if (ws !== this.ws) return;
      if (since && performance.now() - since > SETTLED) this.attempt = 0;
      this.lost(code, reason);
    };
  }

  text(message) {
    if (message.op === 'hello') this.hello(message);
    else if (message.op === 'eos' && this.mine(message)) {
      this.phase = 'ended';
      this.on.eos();
      this.on.change();
    } else if (message.op === 'status') this.on.status(message);
    else if (message.op === 'bye') this.detail = message.reason || 'server stopped';
  }

  mine(message) {
    return message.stream === undefined || message.stream === this.stream?.id;
  }

  hello(message) {
    const streams = Array.isArray(message.streams) ? message.streams : [];
    const stream = streams.find((s) => (this.wanted === null ? s.kind !== 'spectrum' : s.id === this.wanted));
    if (!stream) {
      // The pipeline has not negotiated yet: another hello will follow.
      this.phase = 'open';
      this.detail = streams.length ? `stream ${this.wanted} does not exist` : 'waiting for the stream';
      this.on.change();
      return;
    }
    const resumed = this.session === message.session && this.stream !== null
      && stream.epoch === this.stream.epoch;
    if (!resumed) this.next = null;
    this.session = message.session;
    this.stream = stream;
    this.phase = 'open';
    this.detail = '';
    this.on.hello(stream, resumed);
    this.on.change();
    this.wantSpectra(streams);
    // A new epoch on the same socket: the server goes on with the subscription.
    if (this.subscribed === this.ws) return;
    this.subscribed = this.ws;
    const subscribe = { op: 'subscribe', stream: stream.id, mode: 'live' };
    if (resumed && this.next !== null) {
      subscribe.from = this.next;
      subscribe.session = this.session;
    } else {
      // What the server still has of the last page fills the picture at once.
      subscribe.from = `-${this.on.page()}s`;
    }
    this.ws.send(JSON.stringify(subscribe));
  }

  /** A stream of spectra of exactly these channels, if the server has one. */
  wantSpectra(streams) {
    const names = (s) => s.channels.map((c) => c.name).join('\n');
    this.spectra = streams.find((s) => s.kind === 'spectrum' && s.unit === 'uV^2/Hz' && names(s) === names(this.stream)) ?? null;
    if (!this.spectra || this.spectraOn === this.ws) return;
    this.spectraOn = this.ws;
    this.ws.send(JSON.stringify({ op: 'subscribe', stream: this.spectra.id, mode: 'live', from: -1 }));
  }

  binary(data) {
    const message = decode(data);
    if (message.type === TYPE_SPECTRUM) {
      const s = this.spectra;
      if (s && message.stream === s.id && message.epoch === s.epoch && message.values.length === s.bins * s.channels.length)
        this.on.spectrum(message, s);
      return;
    }
    if (message.values === null || message.stream !== this.stream?.id) return;
    if (message.epoch !== this.stream.epoch) return; // its hello is on the way
    if (this.phase !== 'open') this.phase = 'open';
    this.attempt = 0;
    this.on.data(message);
    this.next = message.first + message.frames;
  }

  lost(code, reason) {
    this.detail = reason || { 1001: 'server stopped', 4001: 'access refused', 4003: 'too many viewers', 4008: 'this viewer was too slow' }[code] || '';
    if (code === 4001) {
      this.phase = 'refused';
      this.on.change();
      return;
    }
    const ended = this.phase === 'ended';
    const limit = Math.min(LAST_DELAY, FIRST_DELAY * 2 ** this.attempt++);
    const delay = limit * (0.5 + Math.random() * 0.5);
    this.retryAt = performance.now() + delay;
    // After the end of a stream the server may still come back with a new one.
    this.phase = ended ? 'ended' : 'waiting';
    this.reconnects++;
    this.timer = setTimeout(() => this.open(), delay);
    this.on.change();
  }

  /** Tries at once, for when the network or the tab comes back. */
  hurry() {
    if (this.ws && this.ws.readyState === WebSocket.CLOSED && this.phase !== 'refused') this.open();
  }
}
