/* Counts what every thread of a process takes from the heap
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For LD_PRELOAD. The counts stand in the file that EEG_HEAPCOUNT names, where
 * another process reads them: slots of {int32 thread id, int32 unused, uint64
 * calls}. Nothing is counted without that file.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLOTS 4096

typedef struct
{
  int32_t tid, unused;
  uint64_t calls;
} Slot;

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *old, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

void *memalign (size_t alignment, size_t size);

static Slot *slots;
static int used;
/* initial-exec: reaching it must not itself allocate */
static __thread Slot *mine __attribute__ ((tls_model ("initial-exec")));

__attribute__ ((constructor)) static void
open_slots (void)
{
  const char *path = getenv ("EEG_HEAPCOUNT");
  int fd = path ? open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  void *map;

  if (fd < 0)
    return;
  if (ftruncate (fd, SLOTS * sizeof (Slot)) == 0) {
    map = mmap (
        NULL, SLOTS * sizeof (Slot), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
      slots = map;
  }
  close (fd);
}

/* One slot a thread for its life; threads beyond the last slot go uncounted. */
static inline void
count (void)
{
  if (__builtin_expect (slots == NULL, 0))
    return;
  if (__builtin_expect (mine == NULL, 0)) {
    int i = __atomic_fetch_add (&used, 1, __ATOMIC_RELAXED);

    if (i >= SLOTS)
      return;
    mine = &slots[i];
    mine->tid = (int32_t) syscall (SYS_gettid);
  }
  mine->calls++;
}

void *
malloc (size_t size)
{
  count ();
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  count ();
  return __libc_calloc (n, size);
}

void *
realloc (void *old, size_t size)
{
  count ();
  return __libc_realloc (old, size);
}

void *
memalign (size_t alignment, size_t size)
{
  count ();
  return __libc_memalign (alignment, size);
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  count ();
  return __libc_memalign (alignment, size);
}

int
posix_memalign (void **out, size_t alignment, size_t size)
{
  count ();
  *out = __libc_memalign (alignment, size);
  return *out ? 0 : 12; /* ENOMEM */
}
