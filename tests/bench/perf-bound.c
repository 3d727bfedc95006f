/* perf-check: what the multiply-add units can do at most
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "perf.h"

typedef struct
{
  EegDspIsa isa;
  gulong tens; /* of vector multiply-adds */
} Bound;

#if defined(__x86_64__)
#define TEN(v)                                                                 \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "0\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "1\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "2\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "3\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "4\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "5\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "6\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "7\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "8\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "9\n\t"
#define CLEAR(v)                                                               \
  "vxorps %%xmm14,%%xmm14,%%xmm14\n\tvxorps %%xmm15,%%xmm15,%%xmm15\n\t"
#define LOOP(v)                                                                \
  __asm__ volatile(CLEAR (v) "1:\n\t" TEN (v) "dec %0\n\tjnz 1b\n\t"           \
                                              "vzeroupper"                     \
                   : "+r"(n)::"cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",    \
                   "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm14", "xmm15")
#define HAVE_BOUND 1
static void
bound_run (gpointer data)
{
  const Bound *b = data;
  gulong n = b->tens;

  if (b->isa == EEG_DSP_ISA_AVX512)
    LOOP ("zmm");
  else
    LOOP ("ymm");
}
#elif defined(__aarch64__)
#define HAVE_BOUND 1
static void
bound_run (gpointer data)
{
  const Bound *b = data;
  gulong n = b->tens;

  __asm__ volatile(
      "movi v30.2d, #0\n\tmovi v31.2d, #0\n"
      "1:\n\t"
      "fmla v0.2d, v30.2d, v31.2d\n\tfmla v1.2d, v30.2d, v31.2d\n\t"
      "fmla v2.2d, v30.2d, v31.2d\n\tfmla v3.2d, v30.2d, v31.2d\n\t"
      "fmla v4.2d, v30.2d, v31.2d\n\tfmla v5.2d, v30.2d, v31.2d\n\t"
      "fmla v6.2d, v30.2d, v31.2d\n\tfmla v7.2d, v30.2d, v31.2d\n\t"
      "fmla v16.2d, v30.2d, v31.2d\n\t"
      "fmla v17.2d, v30.2d, v31.2d\n\t"
      "subs %0, %0, #1\n\tb.ne 1b"
      : "+r"(n)::"cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16",
      "v17", "v30", "v31");
}
#else
#define HAVE_BOUND 0
static void
bound_run (gpointer data)
{
}
#endif

/* The lanes that multiply-adds of @isa work on; 0 where it has none. */
static guint
lanes_of (EegDspIsa isa)
{
#if defined(__x86_64__)
  return isa == EEG_DSP_ISA_AVX512 ? 8 : isa == EEG_DSP_ISA_AVX2 ? 4 : 0;
#else
  return HAVE_BOUND ? 2 : 0;
#endif
}

guint
perf_add_bound (BenchList *l, EegDspIsa isa, gdouble multiply_adds)
{
  /* One at a time for each instruction set: lists are measured one by one. */
  static Bound bounds[EEG_DSP_N_ISAS];
  guint lanes = lanes_of (isa);
  const gchar *name = eeg_dsp_isa_name (isa);

  if (!lanes)
    return 0;
  bounds[isa] = (Bound){isa, (gulong) (multiply_adds / lanes / 10)};
  return 1 + bench_list_add (l, g_strdup ("multiply-adds on doubles"), name,
                 bound_run, &bounds[isa]);
}
