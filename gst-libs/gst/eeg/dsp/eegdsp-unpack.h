/* EEG signal processing in pure C: packed 24-bit samples to integers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "eegdsp-scale.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * eeg_dsp_unpack24:
 * @isa: instruction set to use, from eeg_dsp_isa(); one that this processor
 *   does not have is replaced by the baseline
 * @records: first sample of the first record, of any alignment: for frames of
 *   an ADS1299 that is the byte after the three of status
 * @n_records: number of records
 * @record_bytes: from one record to the next, at least 3 * @channels
 * @channels: samples in a record, three bytes each, the highest byte first,
 *   two's complement
 * @out: receives record r, channel c at [r * @out_stride + c]; apart from
 *   @records
 * @out_stride: from one record to the next, at least @channels
 *
 * Unpacks samples, extending the sign to 32 bits. Reads nothing outside the
 * 3 * @channels bytes of the records and what lies between them, and writes
 * nothing outside their @channels values. Several chips in a daisy chain are
 * simply more records when all have the same number of channels. Any thread.
 */
EEG_DSP_API void eeg_dsp_unpack24 (EegDspIsa isa, const void *records,
    size_t n_records, size_t record_bytes, size_t channels, int32_t *out,
    size_t out_stride);

/**
 * eeg_dsp_unpack24_scaled:
 * @scale: factors of the channels of a whole frame, from eeg_dsp_scale_new()
 * @records: as for eeg_dsp_unpack24()
 * @n_records: number of records
 * @record_bytes: from one record to the next
 * @channels: samples in a record; as many records as it goes into the channels
 *   of @scale make a frame
 * @out: receives n_records * @channels values without gaps; apart from @records
 *
 * Unpacks and multiplies at once: the same bits as eeg_dsp_unpack24() and then
 * eeg_dsp_scale_s24_to_f32(). Any thread.
 */
EEG_DSP_API void eeg_dsp_unpack24_scaled (const EegDspScale *scale,
    const void *records, size_t n_records, size_t record_bytes, size_t channels,
    float *out);

#ifdef __cplusplus
}
#endif
