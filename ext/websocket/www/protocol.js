// SPDX-License-Identifier: LGPL-2.1-or-later
// The wire format eeg.v1, reading side. No state, no I/O.

export const PROTOCOL = 'eeg.v1';
export const TYPE_SAMPLES = 1;
export const TYPE_SPECTRUM = 4;
export const FLAG_GAP = 1;
export const FLAG_SATURATED = 2;
export const FLAG_BACKFILL = 8;

const HEADER = 40;
const BYTES = [4, 2, 4]; // per value of format f32, i16, i32

/** A message that breaks the protocol; its text says what was found. */
export class ProtocolError extends Error {}

/**
 * Decodes one binary message. Sample indices become doubles, which are exact
 * up to 2^53: 17 000 years at 16 kS/s.
 * @param {ArrayBuffer} data
 * @returns {{type, flags, stream, first, time, frames, channels, format,
 *   epoch, missed, values}} `values` is a typed array view of frames x
 *   channels numbers, interleaved; of a spectrum all bins of the first
 *   channel, then of the next; or null for other types.
 */
export function decode(data) {
  if (data.byteLength < HEADER) throw new ProtocolError(`message of ${data.byteLength} bytes is shorter than its header`);
  const v = new DataView(data);
  const m = {
    type: v.getUint8(0),
    flags: v.getUint8(1),
    stream: v.getUint32(4, true),
    first: Number(v.getBigUint64(8, true)),
    time: v.getBigInt64(16, true),
    frames: v.getUint32(24, true),
    channels: v.getUint16(28, true),
    format: v.getUint8(30),
    layout: v.getUint8(31),
    epoch: v.getUint32(32, true),
    missed: v.getUint32(36, true),
    values: null,
  };
  const offset = v.getUint16(2, true);
  if (offset < HEADER || offset % 8) throw new ProtocolError(`header length ${offset} is not a multiple of 8 from 40 on`);
  if (m.type === TYPE_SPECTRUM) {
    const n = (data.byteLength - offset) / 4;
    if (m.format !== 0 || m.layout !== 1 || !m.channels || n % m.channels)
      throw new ProtocolError(`a spectrum of ${data.byteLength} bytes does not hold ${m.channels} channels`);
    m.values = new Float32Array(data, offset, n);
    return m;
  }
  if (m.type !== TYPE_SAMPLES) return m;
  if (m.format >= BYTES.length) throw new ProtocolError(`value format ${m.format} is unknown`);
  if (m.layout !== 0) throw new ProtocolError(`layout ${m.layout} is unknown`);
  const n = m.frames * m.channels;
  if (offset + n * BYTES[m.format] > data.byteLength)
    throw new ProtocolError(`${m.frames} frames of ${m.channels} channels do not fit ${data.byteLength} bytes`);
  const View = [Float32Array, Int16Array, Int32Array][m.format];
  m.values = new View(data, offset, n);
  return m;
}

/**
 * What to multiply the numbers of each channel with to get the display unit.
 * @returns {{unit: string, factors: Float64Array}} microvolts where the
 *   stream has volts, otherwise the stream's own unit.
 */
export function displayScale(channels, format) {
  const volts = { V: 1e6, mV: 1e3, uV: 1, 'µV': 1, nV: 1e-3 };
  const unit = channels.length && channels[0].unit in volts ? 'µV' : channels[0]?.unit || 'counts';
  const factors = Float64Array.from(channels, (c) => {
    const scale = format === 0 ? 1 : Number(c.scale) || 1;
    return scale * (volts[c.unit] ?? 1);
  });
  return { unit: unit === 'adc' ? 'counts' : unit, factors };
}
