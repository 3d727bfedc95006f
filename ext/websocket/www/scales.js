// SPDX-License-Identifier: LGPL-2.1-or-later
// Steps of the two scales a reader of EEG turns, and the texts that show them.

/** Sensitivities in microvolts per millimetre, finest first. */
export const SENSITIVITIES = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 500, 1000];

/** Seconds on one page, shortest first. */
export const WINDOWS = [1, 2, 5, 10, 15, 20, 30, 60];

/** CSS pixels in a millimetre: CSS defines 96 pixels to the inch. */
export const PX_PER_MM = 96 / 25.4;

/** The neighbour of `value` in `steps`, `by` places away, kept inside the list. */
export function step(steps, value, by) {
  let i = steps.findIndex((s) => s >= value);
  if (i < 0) i = steps.length - 1;
  return steps[Math.min(steps.length - 1, Math.max(0, i + by))];
}

/** The round number (1, 2 or 5 times a power of ten) nearest to `x` on a log scale. */
export function nice(x) {
  if (!(x > 0) || !isFinite(x)) return 1;
  const e = 10 ** Math.floor(Math.log10(x));
  const m = x / e;
  return (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10) * e;
}

/** 50 -> "50 µV", 2000 -> "2 mV"; `unit` replaces the volts for raw counts. */
export function amplitude(value, unit = 'µV') {
  if (unit === 'µV' && value >= 1000) return `${trim(value / 1000)} mV`;
  return `${trim(value)} ${unit}`;
}

function trim(x) {
  return x >= 100 ? x.toFixed(0) : String(Number(x.toPrecision(3)));
}

/** Elapsed seconds as m:ss or h:mm:ss. */
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds + 1e-9));
  const two = (n) => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  return h ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
    : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** Age of the newest data for people: "40 ms", "2.5 s", "3 min". */
export function age(ms) {
  if (ms === null || !isFinite(ms)) return '–';
  if (ms < 1000) return `${Math.round(ms / 10) * 10} ms`;
  if (ms < 120000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60000)} min`;
}
