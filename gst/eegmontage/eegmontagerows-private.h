/* Making of rows, for the files that read them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegmontagerows.h"

GPtrArray *eeg_montage_rows_new (void);
EegMontageRow *eeg_montage_rows_add (GPtrArray *rows, const gchar *label);
void eeg_montage_row_add (EegMontageRow *row, guint index, gdouble value);
