/* EEG signal processing in pure C: choice of the instruction set
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eegdsp-cpu.h"

static const char *const names[EEG_DSP_N_ISAS] = {
    "baseline", "ssse3", "avx2", "avx512"};

const char *
eeg_dsp_isa_name (EegDspIsa isa)
{
  return (unsigned int) isa < EEG_DSP_N_ISAS ? names[isa] : "unknown";
}

int
eeg_dsp_isa_supported (EegDspIsa isa)
{
  switch (isa) {
    case EEG_DSP_ISA_BASELINE:
      return 1;
#ifdef EEG_DSP_HAVE_X86
    case EEG_DSP_ISA_SSSE3:
      return !!__builtin_cpu_supports ("ssse3");
    case EEG_DSP_ISA_AVX2:
      return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
    case EEG_DSP_ISA_AVX512:
      return __builtin_cpu_supports ("avx512f") &&
             __builtin_cpu_supports ("avx512dq") &&
             __builtin_cpu_supports ("avx512bw") &&
             __builtin_cpu_supports ("avx512vl") &&
             __builtin_cpu_supports ("fma");
#endif
    default:
      return 0;
  }
}

/* A test that believes to force a set must not quietly run on another. */
static void
complain (const char *wish)
{
  static atomic_flag said = ATOMIC_FLAG_INIT;
  int isa;

  if (atomic_flag_test_and_set (&said))
    return;
  fprintf (stderr, "EEG_DSP_ISA=%s is ignored, expected one of:", wish);
  for (isa = 0; isa < EEG_DSP_N_ISAS; isa++)
    if (eeg_dsp_isa_supported (isa))
      fprintf (stderr, " %s", names[isa]);
  fputc ('\n', stderr);
}

EegDspIsa
eeg_dsp_isa (void)
{
  const char *wish = getenv ("EEG_DSP_ISA");
  int isa;

  if (wish) {
    for (isa = 0; isa < EEG_DSP_N_ISAS; isa++)
      if (!strcmp (wish, names[isa]) && eeg_dsp_isa_supported (isa))
        return isa;
    complain (wish);
  }
  for (isa = EEG_DSP_N_ISAS - 1; isa > 0; isa--)
    if (eeg_dsp_isa_supported (isa))
      return isa;
  return EEG_DSP_ISA_BASELINE;
}

const EegDspKernels *
eeg_dsp_kernels_for (EegDspIsa isa)
{
#ifdef EEG_DSP_HAVE_X86
  if (isa == EEG_DSP_ISA_AVX512 && eeg_dsp_isa_supported (isa))
    return &eeg_dsp_kernels_avx512;
  if (isa == EEG_DSP_ISA_AVX2 && eeg_dsp_isa_supported (isa))
    return &eeg_dsp_kernels_avx2;
#endif
  return &eeg_dsp_kernels_baseline;
}
