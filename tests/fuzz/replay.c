/* Runs a fuzz target over files, for compilers without libFuzzer: prints each
 * file with the processor time it took, in milliseconds
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
int LLVMFuzzerInitialize (int *argc, char ***argv);

static uint8_t *
read_file (const char *path, size_t *size)
{
  FILE *f = fopen (path, "rb");
  uint8_t *data;
  long end;

  if (!f || fseek (f, 0, SEEK_END) || (end = ftell (f)) < 0) {
    perror (path);
    exit (2);
  }
  rewind (f);
  /* exactly as large as it is, so that reading past the end shows */
  data = malloc (end ? (size_t) end : 1);
  *size = fread (data, 1, (size_t) end, f);
  fclose (f);
  return data;
}

int
main (int argc, char **argv)
{
  LLVMFuzzerInitialize (&argc, &argv);
  for (int n = 1; n < argc; n++) {
    size_t size;
    uint8_t *data = read_file (argv[n], &size);
    clock_t from = clock ();

    LLVMFuzzerTestOneInput (data, size);
    printf ("%s %.1f\n", argv[n],
        (double) (clock () - from) * 1000 / CLOCKS_PER_SEC);
    free (data);
  }
  return 0;
}
