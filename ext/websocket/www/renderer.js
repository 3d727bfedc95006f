// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws the traces as a sweep: new columns overwrite the old page from the
// left, behind a cursor and an erased band. Only new columns are touched, so
// the cost depends on elapsed time, not on channels x rate.

import { PX_PER_MM, amplitude, clock, nice } from './scales.js';

const ERASE = 14; // CSS pixels ahead of the cursor
export const AXIS = 26; // CSS pixels under the traces
export const GUTTER = 92; // CSS pixels left of the traces

export class Renderer {
  constructor(canvas) {
    this.canvas = canvas;
    this.ctx = canvas.getContext('2d', { alpha: false });
    this.dpr = 1;
    this.drawn = null; // newest absolute column on the canvas
    this.columnsDrawn = 0;
  }

  resize(width, height, dpr) {
    this.dpr = dpr;
    this.canvas.width = Math.max(64, Math.round(width * dpr));
    this.canvas.height = Math.max(64, Math.round(height * dpr));
    this.left = Math.round(GUTTER * dpr);
    this.width = Math.max(16, this.canvas.width - this.left);
    this.height = this.canvas.height - Math.round(AXIS * dpr);
    this.drawn = null;
  }

  /** Device pixels per display unit; the sign puts positive up or down. */
  pixelsPerUnit(view) {
    return ((view.inverted ? 1 : -1) * PX_PER_MM * this.dpr) / view.sensitivity;
  }

  rowCentre(row, rows) {
    return ((row + 0.5) * this.height) / rows;
  }

  /** Everything anew, from the column ring. */
  full(view, columns, head) {
    const { ctx } = this;
    ctx.fillStyle = view.theme.paper;
    ctx.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.gutter(view);
    if (!columns || head === null) {
      this.frame(view);
      return;
    }
    this.axis(view, columns, head);
    const band = Math.round(ERASE * this.dpr);
    const from = Math.max(columns.first, head - this.width + 1 + band);
    // Empty page ahead of the very first data still shows its grid.
    this.grid(view, columns, from - 1, head - this.width + 1 + band);
    this.paint(view, columns, from, head);
    this.drawn = head;
  }

  /** The columns since the last call. Returns how many. */
  advance(view, columns, head) {
    if (head === null || !columns) return 0;
    if (this.drawn === null || head - this.drawn >= this.width / 2 || head < this.drawn) {
      this.full(view, columns, head);
      return this.width;
    }
    const n = head - this.drawn;
    if (n > 0) {
      const from = this.drawn + 1;
      this.drawn = head;
      this.paint(view, columns, from, head);
      this.axis(view, columns, head, from);
    }
    return n;
  }

  /** Vertical lines at seconds; columns from `to` up to `from`, either order absent. */
  grid(view, columns, from, to) {
    for (let k = Math.max(0, to); k <= from; k++) this.gridAt(view, columns, k);
  }

  gridAt(view, columns, k) {
    const { ctx } = this;
    const second = view.seconds / this.width;
    const strong = view.seconds > 20 ? 5 : 1;
    const cross = (unit) => Math.floor((k * second) / unit + 1e-9) !== Math.floor(((k - 1) * second) / unit + 1e-9);
    let colour = null;
    if (cross(strong)) colour = view.theme.grid;
    else if (view.seconds <= 10 && cross(0.2)) colour = view.theme.faint;
    if (!colour) return;
    ctx.fillStyle = colour;
    ctx.fillRect(this.left + (k % this.width), 0, Math.max(1, Math.round(this.dpr)), this.height);
  }

  paint(view, columns, from, to) {
    const { ctx, width, height, left } = this;
    const { channels: ch, min, max, gap } = columns;
    const scale = this.pixelsPerUnit(view);
    const stroke = Math.max(1, 1.15 * this.dpr);
    const rows = view.rows;
    const n = rows.length;

    // Erase the new columns and the band ahead, in at most two pieces.
    const band = Math.min(width - 1, Math.round(ERASE * this.dpr));
    ctx.fillStyle = view.theme.paper;
    for (let x = from, left_ = Math.min(width, to - from + 1 + band); left_ > 0;) {
      const run = Math.min(left_, width - (x % width));
      ctx.fillRect(left + (x % width), 0, run, height);
      x += run;
      left_ -= run;
    }
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, 0, width, height);
    ctx.clip();
    for (let k = from; k <= to; k++) {
      const x = k % width;
      if (gap[x]) this.hatch(view, left + x, k);
      else this.gridAt(view, columns, k);
    }
    for (let r = 0; r < n; r++) {
      const c = rows[r];
      const y0 = this.rowCentre(r, n);
      const offset = view.offsets ? view.offsets[c] : 0;
      ctx.fillStyle = c === view.selected ? view.theme.accent : view.theme.traces[c % view.theme.traces.length];
      for (let k = from; k <= to; k++) {
        const x = k % width;
        let lo = min[x * ch + c];
        let hi = max[x * ch + c];
        if (Number.isNaN(lo)) continue;
        if (k > columns.first) {
          const p = ((k - 1) % width) * ch + c;
          if (max[p] < lo) lo = max[p];
          if (min[p] > hi) hi = min[p];
        }
        let a = y0 + (hi - offset) * scale;
        let b = y0 + (lo - offset) * scale;
        if (a > b) [a, b] = [b, a];
        ctx.fillRect(left + x, a - stroke / 2, 1, b - a + stroke);
      }
    }
    ctx.fillStyle = view.theme.cursor;
    const cursor = left + ((to + 1) % width);
    ctx.fillRect(cursor, 0, Math.max(1, Math.round(this.dpr)), height);
    ctx.restore();
    this.columnsDrawn += to - from + 1;
  }

  /** One column of 45 degree hatching; the column number carries the phase. */
  hatch(view, x, k) {
    const { ctx } = this;
    const pitch = Math.round(8 * this.dpr);
    ctx.fillStyle = view.theme.gap;
    ctx.fillRect(x, 0, 1, this.height);
    ctx.fillStyle = view.theme.hatch;
    const weight = Math.max(1, Math.round(1.5 * this.dpr));
    for (let y = pitch - (k % pitch) - weight; y < this.height; y += pitch) ctx.fillRect(x, y, 1, weight);
  }

  /** Time labels under the traces; only from column `from` on when given. */
  axis(view, columns, head, from = null) {
    const { ctx, dpr, width, left, height } = this;
    const unit = this.labelStep(view);
    const second = view.seconds / width;
    const first = from === null ? Math.max(0, head - width + 1) : from;
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    ctx.font = `${11 * dpr}px system-ui, sans-serif`;
    if (from === null) this.frame(view);
    for (let s = Math.max(0, Math.floor(((first - 1) * second) / unit + 1e-9) + 1) * unit; ; s += unit) {
      const k = Math.ceil(s / second - 1e-9);
      if (k > head) break;
      const x = left + (k % width);
      const room = Math.min(Math.floor(unit / second), width - (k % width));
      ctx.fillStyle = view.theme.paper;
      ctx.fillRect(x, height + dpr, room, this.canvas.height - height - dpr);
      ctx.fillStyle = view.theme.axis;
      ctx.fillRect(x, height, Math.max(1, dpr), 5 * dpr);
      const text = clock(s);
      if (ctx.measureText(text).width + 6 * dpr <= room) ctx.fillText(text, x + 4 * dpr, height + 14 * dpr);
    }
  }

  labelStep(view) {
    const least = 52 * this.dpr * (view.seconds / this.width);
    return [1, 2, 5, 10, 20, 30].find((s) => s >= least) ?? 60;
  }

  /** The line between the traces and the time axis. */
  frame(view) {
    this.ctx.fillStyle = view.theme.line;
    this.ctx.fillRect(this.left, this.height, this.width, Math.max(1, Math.round(this.dpr)));
  }

  /** Left of the traces: paper for the labels, and the scale bar with its text. */
  gutter(view) {
    const { ctx, dpr, left, height } = this;
    ctx.fillStyle = view.theme.paper;
    ctx.fillRect(0, 0, left, this.canvas.height);
    const bar = this.bar(view);
    const x = left - 12 * dpr;
    const bottom = height - 2 * dpr;
    const weight = Math.max(1, Math.round(1.5 * dpr));
    ctx.fillStyle = view.theme.ink;
    ctx.fillRect(x, bottom - bar.pixels, weight, bar.pixels);
    ctx.fillRect(x - 3 * dpr, bottom - bar.pixels, 6 * dpr + weight, weight);
    ctx.fillRect(x - 3 * dpr, bottom - weight, 6 * dpr + weight, weight);
    ctx.font = `600 ${11 * dpr}px system-ui, sans-serif`;
    ctx.textAlign = 'right';
    ctx.textBaseline = 'middle';
    ctx.fillText(amplitude(bar.value, view.unit), x + 6 * dpr, height + 14 * dpr);
  }

  /** A round value whose bar is close to 12 mm high. */
  bar(view) {
    const value = nice(12 * view.sensitivity);
    return { value, pixels: Math.abs(value * this.pixelsPerUnit(view)) };
  }
}
