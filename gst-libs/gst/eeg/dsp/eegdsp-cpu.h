/* EEG signal processing in pure C: processor state (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>

#include "eegdsp-cascade.h"
#include "eegdsp-kernel.h"

/* Decaying recursions end in denormal numbers, which cost many cycles each:
 * flush them to zero between these two calls. */
#if defined(__x86_64__) || defined(__SSE2__)
#include <xmmintrin.h>
static inline uint64_t
eeg_dsp_denormals_off (void)
{
  unsigned int old = _mm_getcsr ();
  _mm_setcsr (old | 0x8040);
  return old;
}

static inline void
eeg_dsp_denormals_restore (uint64_t old)
{
  _mm_setcsr ((unsigned int) old);
}
#elif defined(__aarch64__)
static inline uint64_t
eeg_dsp_denormals_off (void)
{
  uint64_t old;
  __asm__ volatile("mrs %0, fpcr" : "=r"(old));
  __asm__ volatile("msr fpcr, %0" : : "r"(old | (1u << 24)));
  return old;
}

static inline void
eeg_dsp_denormals_restore (uint64_t old)
{
  __asm__ volatile("msr fpcr, %0" : : "r"(old));
}
#else
static inline uint64_t
eeg_dsp_denormals_off (void)
{
  return 0;
}

static inline void
eeg_dsp_denormals_restore (uint64_t old)
{
  (void) old;
}
#endif
