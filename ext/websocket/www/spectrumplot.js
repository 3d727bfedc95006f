// SPDX-License-Identifier: LGPL-2.1-or-later
// The spectrum panel: density over frequency, log scale, one line a channel.

const M = { left: 46, right: 12, top: 26, bottom: 34 };

export class SpectrumPlot {
  constructor(canvas) {
    this.canvas = canvas;
    this.ctx = canvas.getContext('2d', { alpha: false });
    this.range = null; // decades shown, moves calmly
  }

  resize(width, height, dpr) {
    this.dpr = dpr;
    this.canvas.width = Math.max(64, Math.round(width * dpr));
    this.canvas.height = Math.max(64, Math.round(height * dpr));
  }

  /**
   * @param {Map<number, {psd, step}>} spectra by channel
   * @param {?{hz, density}} peak of the selected channel
   */
  draw(view, spectra, rate, peak) {
    const { ctx, dpr } = this;
    const w = this.canvas.width;
    const h = this.canvas.height;
    const box = { x: M.left * dpr, y: M.top * dpr, w: w - (M.left + M.right) * dpr, h: h - (M.top + M.bottom) * dpr };
    const top = Math.min(60, rate / 2);
    ctx.fillStyle = view.theme.panel;
    ctx.fillRect(0, 0, w, h);
    this.fit(spectra, top);
    const [lo, hi] = this.range ?? [-2, 3];
    const px = (hz) => box.x + (hz / top) * box.w;
    const py = (p) => box.y + ((hi - Math.log10(p)) / (hi - lo)) * box.h;

    // The alpha band as a quiet background.
    if (top > 13) {
      ctx.fillStyle = view.theme.alpha;
      ctx.fillRect(px(8), box.y, px(13) - px(8), box.h);
    }
    ctx.font = `${11 * dpr}px system-ui, sans-serif`;
    ctx.lineWidth = Math.max(1, Math.round(dpr));
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'right';
    const every = Math.max(1, Math.ceil((hi - lo) / 6));
    for (let d = Math.ceil(lo); d <= hi; d += every) {
      const y = Math.round(py(10 ** d)) + 0.5;
      ctx.fillStyle = view.theme.grid;
      ctx.fillRect(box.x, y, box.w, 1);
      ctx.fillStyle = view.theme.axis;
      ctx.fillText(d >= -2 && d <= 3 ? String(Number((10 ** d).toPrecision(1))) : `10${superscript(d)}`, box.x - 6 * dpr, y);
    }
    ctx.textAlign = 'left';
    ctx.fillText(`${view.unit}²/Hz`, 8 * dpr, 10 * dpr);
    ctx.textAlign = 'center';
    const tick = top > 30 ? 10 : top > 12 ? 5 : 1;
    for (let hz = 0; hz <= top + 1e-9; hz += tick) {
      const x = Math.round(px(hz));
      ctx.fillStyle = view.theme.grid;
      ctx.fillRect(x, box.y, 1, box.h);
      ctx.fillStyle = view.theme.axis;
      ctx.fillText(String(hz), x, box.y + box.h + 11 * dpr);
    }
    ctx.fillText('Frequency, Hz', box.x + box.w / 2, box.y + box.h + 25 * dpr);

    ctx.save();
    ctx.beginPath();
    ctx.rect(box.x, box.y, box.w, box.h);
    ctx.clip();
    ctx.lineJoin = 'round';
    for (const pass of [false, true]) {
      for (const [channel, { psd, step }] of spectra) {
        if ((channel === view.selected) !== pass) continue;
        ctx.beginPath();
        for (let k = 1; k < psd.length && k * step <= top + step; k++) ctx.lineTo(px(k * step), py(Math.max(psd[k], 1e-12)));
        ctx.strokeStyle = pass ? view.theme.accent : view.theme.ghost;
        ctx.lineWidth = (pass ? 1.75 : 1) * dpr;
        ctx.stroke();
      }
    }
    if (peak) {
      const x = px(peak.hz);
      const y = py(peak.density);
      ctx.fillStyle = view.theme.accent;
      ctx.beginPath();
      ctx.arc(x, y, 3.5 * dpr, 0, 7);
      ctx.fill();
    }
    ctx.restore();
    if (peak) {
      const text = `${peak.hz.toFixed(1)} Hz`;
      ctx.font = `600 ${12 * dpr}px system-ui, sans-serif`;
      const right = px(peak.hz) > box.x + box.w * 0.7;
      ctx.textAlign = right ? 'right' : 'left';
      ctx.fillStyle = view.theme.ink;
      ctx.fillText(text, px(peak.hz) + (right ? -8 : 8) * dpr, Math.max(box.y + 8 * dpr, py(peak.density)));
    }
  }

  /** Whole decades around the data; widens at once, narrows only by two. */
  fit(spectra, top) {
    let lo = Infinity;
    let hi = -Infinity;
    for (const { psd, step } of spectra.values()) {
      for (let k = Math.max(1, Math.ceil(0.5 / step)); k < psd.length && k * step <= top; k++) {
        if (psd[k] > hi) hi = psd[k];
        if (psd[k] < lo) lo = psd[k];
      }
    }
    if (!(hi > 0)) return;
    const b = Math.ceil(Math.log10(hi) + 0.15);
    const a = Math.max(b - 7, Math.min(b - 3, Math.floor(Math.log10(Math.max(lo, 1e-12)))));
    const r = this.range;
    if (!r || a < r[0] || b > r[1] || a > r[0] + 1 || b < r[1] - 1) this.range = [a, b];
  }
}

function superscript(n) {
  return String(n).replace(/./g, (c) => ({ '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' })[c]);
}
