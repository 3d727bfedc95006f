/* EEG signal processing in pure C: linear mixes of channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Frames are independent of each other but for the value that stands in for one
 * that is not finite. Selections are copied; everything else goes through rows
 * of doubles, some frames at a time.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <stdlib.h>
#include <string.h>

#include "eegdsp-cpu.h"
#include "eegdsp-matrix-kernel.h"
#include "eegdsp-matrix.h"

/* Doubles of input in hand, so that they stay in the first-level cache with a
 * panel of a dense matrix; and frames, enough for the kernels' tiles. */
#define BLOCK_DOUBLES 2048
#define BLOCK_LEAST   8
#define BLOCK_MOST    32
/* A row this full, on average, is no longer worth its indices. */
#define DENSE_SHARE 0.2

/* Pieces shorter than this, on average, are copied value by value. */
#define SHORT_PIECE 8

/* @n outputs from @to on are the inputs from @from on. */
typedef struct
{
  size_t from, to, n;
} Piece;

struct _EegDspMatrix
{
  size_t rows, cols, padded_rows, padded_cols, block;
  EegDspMatrixPath path;
  const EegDspMatrixKernels *kernels;
  uint32_t *start, *index;
  double *value;
  uint32_t *even_index; /* with zeros behind short rows, when sparse */
  double *even_value;
  size_t terms;           /* of every row then, 0: too many */
  double *common, *share; /* padded, or NULL */
  double *packed;         /* panels, when dense */
  Piece *pieces;          /* when only picked */
  size_t n_pieces;
  unsigned char *used; /* a column is part of an output */
  double *x, *y;       /* rows in hand */
  double *last;        /* last good value an input */
  EegDspReplaced replaced;
};

static const char *const path_names[EEG_DSP_MATRIX_N_PATHS] = {
    "pick", "sparse", "dense"};

const char *
eeg_dsp_matrix_path_name (EegDspMatrixPath path)
{
  return (unsigned int) path < EEG_DSP_MATRIX_N_PATHS ? path_names[path]
                                                      : "unknown";
}

static void *
alloc_doubles (size_t n)
{
  size_t size = (n * sizeof (double) + 63) / 64 * 64;
  void *p = aligned_alloc (64, size ? size : 64);

  if (p)
    memset (p, 0, size ? size : 64);
  return p;
}

static size_t
padded (size_t n)
{
  return (n + EEG_DSP_PANEL - 1) / EEG_DSP_PANEL * EEG_DSP_PANEL;
}

const EegDspMatrixKernels *
eeg_dsp_matrix_kernels_for (EegDspIsa isa)
{
#ifdef EEG_DSP_HAVE_X86
  if (isa == EEG_DSP_ISA_AVX512 && eeg_dsp_isa_supported (isa))
    return &eeg_dsp_matrix_kernels_avx512;
  if (isa == EEG_DSP_ISA_AVX2 && eeg_dsp_isa_supported (isa))
    return &eeg_dsp_matrix_kernels_avx2;
#endif
  return &eeg_dsp_matrix_kernels_baseline;
}

static int
spec_is_good (const EegDspMatrixSpec *s)
{
  size_t r, k;

  if (s->rows < 1 || s->cols < 1 || !s->start || s->start[0] != 0 ||
      !s->common != !s->share)
    return 0;
  for (r = 0; r < s->rows; r++)
    if (s->start[r] > s->start[r + 1])
      return 0;
  for (k = 0; k < s->start[s->rows]; k++)
    if (s->index[k] >= s->cols || !__builtin_isfinite (s->value[k]))
      return 0;
  for (k = 0; s->common && k < s->cols; k++)
    if (!__builtin_isfinite (s->common[k]))
      return 0;
  for (k = 0; s->share && k < s->rows; k++)
    if (!__builtin_isfinite (s->share[k]))
      return 0;
  return 1;
}

static EegDspMatrixPath
choose_path (const EegDspMatrixSpec *s)
{
  size_t r;

  for (r = 0; r < s->rows && !s->common; r++)
    if (s->start[r + 1] - s->start[r] != 1 || s->value[s->start[r]] != 1)
      break;
  if (r == s->rows)
    return EEG_DSP_MATRIX_PICK;
  if (s->start[s->rows] > DENSE_SHARE * (double) s->rows * (double) s->cols &&
      s->rows >= EEG_DSP_PANEL / 2)
    return EEG_DSP_MATRIX_DENSE;
  return EEG_DSP_MATRIX_SPARSE;
}

/* Neighbours that stay neighbours are copied in one piece. */
static int
find_pieces (EegDspMatrix *m)
{
  size_t r;

  m->pieces = malloc (m->rows * sizeof *m->pieces);
  if (!m->pieces)
    return 0;
  for (r = 0; r < m->rows; r++) {
    Piece *p = m->pieces + m->n_pieces;

    if (m->n_pieces > 0 && p[-1].from + p[-1].n == m->index[r]) {
      p[-1].n++;
    } else {
      p->from = m->index[r];
      p->to = r;
      p->n = 1;
      m->n_pieces++;
    }
  }
  return 1;
}

static int
pack (EegDspMatrix *m)
{
  size_t r, k;

  m->packed = alloc_doubles (m->padded_rows * m->cols);
  if (!m->packed)
    return 0;
  for (r = 0; r < m->rows; r++) {
    double *panel = m->packed + r / EEG_DSP_PANEL * EEG_DSP_PANEL * m->cols +
                    r % EEG_DSP_PANEL;

    for (k = m->start[r]; k < m->start[r + 1]; k++)
      panel[m->index[k] * EEG_DSP_PANEL] += m->value[k];
  }
  return 1;
}

/* Rows of nearly equal length are made equal, so that the loop over terms is
 * unrolled. */
static int
make_even (EegDspMatrix *m)
{
  size_t most = 1, r, k;

  for (r = 0; r < m->rows; r++)
    if (m->start[r + 1] - m->start[r] > most)
      most = m->start[r + 1] - m->start[r];
  if (most > EEG_DSP_MAX_TERMS)
    return 1;
  m->terms = most;
  m->even_index = calloc (m->rows * most, sizeof *m->even_index);
  m->even_value = alloc_doubles (m->rows * most);
  if (!m->even_index || !m->even_value)
    return 0;
  for (r = 0; r < m->rows; r++)
    for (k = m->start[r]; k < m->start[r + 1]; k++) {
      m->even_index[r * most + k - m->start[r]] = m->index[k];
      m->even_value[r * most + k - m->start[r]] = m->value[k];
    }
  return 1;
}

EegDspMatrix *
eeg_dsp_matrix_new_for_isa (const EegDspMatrixSpec *s, EegDspIsa isa)
{
  EegDspMatrix *m;
  size_t terms, k;

  if (!spec_is_good (s))
    return NULL;
  m = calloc (1, sizeof *m);
  if (!m)
    return NULL;
  terms = s->start[s->rows];
  m->rows = s->rows;
  m->cols = s->cols;
  m->padded_rows = padded (m->rows);
  m->padded_cols = padded (m->cols);
  m->kernels = eeg_dsp_matrix_kernels_for (isa);
  m->path = choose_path (s);
  m->block = BLOCK_DOUBLES / m->padded_cols;
  if (m->block > BLOCK_MOST)
    m->block = BLOCK_MOST;
  if (m->block < BLOCK_LEAST)
    m->block = BLOCK_LEAST;
  m->start = malloc ((m->rows + 1) * sizeof *m->start);
  m->index = malloc ((terms + 1) * sizeof *m->index);
  m->value = alloc_doubles (terms);
  m->used = calloc (m->cols, 1);
  m->last = alloc_doubles (m->cols);
  m->x = alloc_doubles (m->block * m->padded_cols);
  m->y = alloc_doubles (m->block * m->padded_rows);
  if (!eeg_dsp_replaced_init (&m->replaced, m->cols) || !m->start ||
      !m->index || !m->value || !m->used || !m->last || !m->x || !m->y)
    goto no_memory;
  memcpy (m->start, s->start, (m->rows + 1) * sizeof *m->start);
  if (terms > 0) {
    memcpy (m->index, s->index, terms * sizeof *m->index);
    memcpy (m->value, s->value, terms * sizeof *m->value);
  }
  for (k = 0; k < terms; k++)
    m->used[m->index[k]] = 1;
  if (s->common) {
    m->common = alloc_doubles (m->padded_cols);
    m->share = alloc_doubles (m->padded_rows);
    if (!m->common || !m->share)
      goto no_memory;
    memcpy (m->common, s->common, m->cols * sizeof (double));
    memcpy (m->share, s->share, m->rows * sizeof (double));
    for (k = 0; k < m->cols; k++)
      m->used[k] |= m->common[k] != 0;
  }
  if ((m->path == EEG_DSP_MATRIX_PICK && !find_pieces (m)) ||
      (m->path == EEG_DSP_MATRIX_SPARSE && !make_even (m)) ||
      (m->path == EEG_DSP_MATRIX_DENSE && !pack (m)))
    goto no_memory;
  return m;

no_memory:
  eeg_dsp_matrix_free (m);
  return NULL;
}

EegDspMatrix *
eeg_dsp_matrix_new (const EegDspMatrixSpec *spec)
{
  return eeg_dsp_matrix_new_for_isa (spec, eeg_dsp_isa ());
}

void
eeg_dsp_matrix_free (EegDspMatrix *m)
{
  if (!m)
    return;
  free (m->start);
  free (m->index);
  free (m->value);
  free (m->even_index);
  free (m->even_value);
  free (m->common);
  free (m->share);
  free (m->packed);
  free (m->pieces);
  free (m->used);
  eeg_dsp_replaced_clear (&m->replaced);
  free (m->last);
  free (m->x);
  free (m->y);
  free (m);
}

EegDspMatrixPath
eeg_dsp_matrix_path (const EegDspMatrix *m)
{
  return m->path;
}

void
eeg_dsp_matrix_reset (EegDspMatrix *m)
{
  memset (m->last, 0, m->cols * sizeof (double));
}

void
eeg_dsp_matrix_inherit (EegDspMatrix *m, const EegDspMatrix *from)
{
  if (m->cols == from->cols)
    memcpy (m->last, from->last, m->cols * sizeof (double));
}

void
eeg_dsp_matrix_report_replaced (
    EegDspMatrix *m, EegDspReplacedFunc func, void *data)
{
  m->replaced.func = func;
  m->replaced.data = data;
}

/* The sums of @frames rows of m->x into m->y. */
static void
mix (EegDspMatrix *m, size_t frames)
{
  size_t f;

  if (m->path == EEG_DSP_MATRIX_DENSE)
    m->kernels->dense (m->packed, m->padded_rows / EEG_DSP_PANEL, m->cols, m->x,
        m->padded_cols, m->y, m->padded_rows, frames);
  else
    for (f = 0; f < frames; f++) {
      const double *x = m->x + f * m->padded_cols;
      double *y = m->y + f * m->padded_rows;

      if (m->terms > 0)
        m->kernels->sparse (
            m->even_index, m->even_value, m->rows, m->terms, x, y);
      else
        m->kernels->ragged (m->start, m->index, m->value, m->rows, x, y);
    }
  for (f = 0; m->common && f < frames; f++)
    m->kernels->add (m->y + f * m->padded_rows, m->share,
        m->kernels->dot (m->common, m->x + f * m->padded_cols, m->padded_cols),
        m->rows);
}

#define EEG_TYPE    float
#define EEG_BITS    uint32_t
#define EEG_NAME(n) n##_f32
#include "eegdsp-matrix.inc"
#undef EEG_TYPE
#undef EEG_BITS
#undef EEG_NAME
#define EEG_TYPE    double
#define EEG_BITS    uint64_t
#define EEG_NAME(n) n##_f64
#include "eegdsp-matrix.inc"

void
eeg_dsp_matrix_pick_32 (
    EegDspMatrix *m, const void *in, void *out, size_t frames)
{
  if (m->path == EEG_DSP_MATRIX_PICK)
    pick_f32 (m, in, out, frames);
}
