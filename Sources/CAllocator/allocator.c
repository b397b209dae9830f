// An allocator for the many small objects of an interpreter.
//
// Swift takes the memory of every object from `malloc`. The C library's keeps seven free blocks of a size at hand and then merges
// and splits; a program that makes a list of lists spends a tenth of its time there. This one never merges: sizes up to `LARGEST` are
// rounded up to a multiple of 16, each of these classes has a list of free blocks, and taking or giving back one is a few
// instructions. Larger blocks are the C library's, as is everything on other systems, and under the sanitizers.
//
// - Small blocks come from one reserved span of addresses, cut into slabs of one class each, so that an address alone tells
//   whose a block is, and its slab's first word how large. Slabs are not given back.
// - Each thread has a cache of free lists. A list that has grown long hands a batch to the depot, where threads whose lists are empty
//   look first: one thread may free what another made. A thread that ends leaves its cache to the next one.
// - Only the command links this: a program that embeds the library keeps its own allocator.
//
// The design is that of the small-object halves of tcmalloc (Ghemawat and Menage) and of CPython's obmalloc.

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define _GNU_SOURCE
#include <features.h>
#endif

#if defined(__GLIBC__)
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

extern void *__libc_malloc(size_t);
extern void __libc_free(void *);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

enum {
  GRANULE = 16,
  LARGEST = 512,
  CLASSES = LARGEST / GRANULE + 1,
  SLAB = 1 << 16,
  HEADER = 64,
  BATCH = 256,
};
#define SPAN ((size_t)1 << 35)

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/// A free block. The second word links batches in the depot.
typedef struct Block {
  struct Block *next;
  struct Block *nextBatch;
} Block;

/// What a thread has at hand of one class.
typedef struct {
  Block *free;
  uint32_t count;
  /// The rest of the slab that was begun last.
  char *fresh, *end;
} List;

typedef struct Cache {
  List lists[CLASSES];
  struct Cache *next;
} Cache;

static atomic_flag lock = ATOMIC_FLAG_INIT;
// Far from any address, until the span is reserved.
static char *base = (char *)((uintptr_t)1 << 63);
static char *nextSlab, *spanEnd;
static bool isReserved;
static Block *depot[CLASSES];
static Cache *idleCaches;
static pthread_key_t key;
static __thread Cache *mine;

static void acquire(void) {
  while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) sched_yield();
}

static void release(void) { atomic_flag_clear_explicit(&lock, memory_order_release); }

static bool isSmallBlock(const void *block) { return (size_t)((const char *)block - base) < SPAN; }

static unsigned classOf(const void *block) { return *(const uint32_t *)((uintptr_t)block & ~(uintptr_t)(SLAB - 1)); }

/// A thread ends: its cache waits for another one.
static void retire(void *cache) {
  acquire();
  ((Cache *)cache)->next = idleCaches;
  idleCaches = cache;
  release();
  mine = NULL;
}

/// Reserves addresses, once. Without them every block is the C library's.
static void reserve(void) {
  isReserved = true;
  char *span = mmap(NULL, SPAN + SLAB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (span == MAP_FAILED) return;
  base = (char *)(((uintptr_t)span + SLAB - 1) & ~(uintptr_t)(SLAB - 1));
  nextSlab = base;
  spanEnd = base + SPAN;
  pthread_key_create(&key, retire);
}

/// This thread's cache; NULL when there is no memory for one.
static Cache *findCache(void) {
  acquire();
  bool isFirst = !isReserved;
  if (isFirst) reserve();
  Cache *cache = idleCaches;
  if (cache) idleCaches = cache->next;
  bool hasSpan = nextSlab != NULL;
  release();
  if (!hasSpan) return NULL;
  if (!cache) cache = mmap(NULL, sizeof(Cache), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (cache == MAP_FAILED) return NULL;
  mine = cache;
  pthread_setspecific(key, cache);
  // A copy of the process must not find the lock held by a thread it does not have.
  if (isFirst) pthread_atfork(acquire, release, release);
  return cache;
}

/// A block when the list is empty: from the depot, the slab in use, or a new one.
static __attribute__((noinline)) void *refill(unsigned class) {
  Cache *cache = mine ? mine : findCache();
  if (!cache) return __libc_malloc(class * GRANULE);
  List *list = &cache->lists[class];
  // A new cache may come with blocks.
  if (!list->free && depot[class]) {
    acquire();
    if (depot[class]) {
      list->free = depot[class];
      depot[class] = list->free->nextBatch;
      list->count = BATCH;
    }
    release();
  }
  if (list->free) {
    Block *block = list->free;
    list->free = block->next;
    list->count--;
    return block;
  }
  size_t size = class * GRANULE;
  if ((size_t)(list->end - list->fresh) < size) {
    acquire();
    char *slab = nextSlab;
    if (slab == spanEnd) slab = NULL; else nextSlab += SLAB;
    release();
    if (!slab) return __libc_malloc(size);
    *(uint32_t *)slab = class;
    list->fresh = slab + HEADER;
    list->end = slab + SLAB;
  }
  void *block = list->fresh;
  list->fresh += size;
  return block;
}

/// Hands a batch of a long list to the depot.
static __attribute__((noinline)) void spill(List *list, unsigned class) {
  Block *first = list->free, *last = first;
  for (int count = 1; count < BATCH; count++) last = last->next;
  list->free = last->next;
  list->count -= BATCH;
  last->next = NULL;
  acquire();
  first->nextBatch = depot[class];
  depot[class] = first;
  release();
}

static inline void *take(size_t size) {
  unsigned class = size ? (unsigned)((size + GRANULE - 1) / GRANULE) : 1;
  Cache *cache = mine;
  if (likely(cache != NULL)) {
    List *list = &cache->lists[class];
    Block *block = list->free;
    if (likely(block != NULL)) {
      list->free = block->next;
      list->count--;
      return block;
    }
  }
  return refill(class);
}

void *malloc(size_t size) { return likely(size <= LARGEST) ? take(size) : __libc_malloc(size); }

void free(void *pointer) {
  if (unlikely(!isSmallBlock(pointer))) return __libc_free(pointer);
  Cache *cache = mine ? mine : findCache();
  if (unlikely(!cache)) return;
  unsigned class = classOf(pointer);
  List *list = &cache->lists[class];
  ((Block *)pointer)->next = list->free;
  list->free = pointer;
  if (unlikely(++list->count >= 2 * BATCH)) spill(list, class);
}

void *calloc(size_t count, size_t size) {
  size_t total;
  if (unlikely(__builtin_mul_overflow(count, size, &total) || total > LARGEST)) return __libc_calloc(count, size);
  void *block = take(total);
  return block ? memset(block, 0, total) : NULL;
}

void *realloc(void *pointer, size_t size) {
  if (!pointer) return malloc(size);
  if (!isSmallBlock(pointer)) return __libc_realloc(pointer, size);
  if (size == 0) {
    free(pointer);
    return NULL;
  }
  size_t old = classOf(pointer) * GRANULE;
  if (size <= old && size > old / 2) return pointer;
  void *block = malloc(size);
  if (!block) return NULL;
  memcpy(block, pointer, size < old ? size : old);
  free(pointer);
  return block;
}

void *memalign(size_t alignment, size_t size) {
  return alignment <= GRANULE ? malloc(size) : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  if (alignment % sizeof(void *) || alignment & (alignment - 1) || !alignment) return EINVAL;
  void *block = memalign(alignment, size);
  if (!block) return ENOMEM;
  *result = block;
  return 0;
}

size_t malloc_usable_size(void *pointer) {
  static _Atomic(size_t (*)(void *)) original;
  if (isSmallBlock(pointer)) return classOf(pointer) * GRANULE;
  if (!pointer) return 0;
  if (!original) original = (size_t(*)(void *))dlsym(RTLD_NEXT, "malloc_usable_size");
  return original(pointer);
}

#endif
