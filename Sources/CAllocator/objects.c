// Objects without atomic instructions, for a process whose objects one thread touches.
//
// Compiled Swift counts references by calls of `swift_retain` and `swift_release`: a locked exchange each, and a fifth of what a
// tree-walker does. The definitions here do it by an addition where the command said that it may (`count_references_plainly`) and no
// second thread of the program has started since (`threads_share_objects`); with several threads, they leave it to the runtime's.
// Making and freeing an object goes straight to the allocator beside this file.
//
// - The linker is told to wrap those functions: what this executable calls `swift_retain` is `__wrap_swift_retain` below, whether
//   the runtime is a shared library or part of the executable. It reads that where Swift's own objects name the libraries
//   they need; a linker that does not look there leaves this file unused and all as it was.
// - An object begins with its type and a word of counts: bit 0 and bits 1 to 31 belong to unowned references, bit 32 says that the
//   object is being destroyed, bits 33 to 62 are the strong references beyond the first, and with bit 63 the counts lie
//   elsewhere or never change. (Swift's sources: stdlib/public/SwiftShims/RefCount.h.) Whatever looks unusual goes to the runtime.
// - The type's function that destroys an object lies two words before the type. It gets the object as Swift's `self`.

#include "CAllocator.h"

#if defined(__linux__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define likely(x) __builtin_expect(!!(x), 1)

__attribute__((section(".swift1_autolink_entries"), used)) static const char linkerOptions[] =
  "-Wl,--wrap=swift_retain\0-Wl,--wrap=swift_release\0"
  "-Wl,--wrap=swift_retain_n\0-Wl,--wrap=swift_release_n\0"
  "-Wl,--wrap=swift_allocObject\0-Wl,--wrap=swift_deallocClassInstance";

typedef struct {
  void **type;
  int64_t counts;
} Object;

typedef __attribute__((swiftcall)) void Destroy(__attribute__((swift_context)) void *);

static const int64_t ONE = (int64_t)1 << 33;
/// The counts of an object with one strong reference and no others; and of one that is being destroyed.
static const int64_t UNIQUE = 3, DESTROYED = 3 | (int64_t)1 << 32;

// Calls of the runtime that do the same as those here, in every case.
extern void *__real_swift_retain_n(void *object, uint32_t count);
extern void __real_swift_release_n(void *object, uint32_t count);
extern void *swift_slowAlloc(size_t size, size_t alignmentMask);
extern void swift_deallocObject(void *object, size_t size, size_t alignmentMask);

/// Whether the object is one that is never freed (an empty array, a constant), whose counts stay as they are.
static inline bool isImmortal(int64_t counts) { return (uint32_t)counts == UINT32_MAX; }

static bool isPlain = false;

void count_references_plainly(void) { isPlain = true; }

void threads_share_objects(void) { isPlain = false; }

void *__wrap_swift_retain(void *reference) {
  if (likely((intptr_t)reference > 0)) {
    // The top byte of a reference may carry flags.
    Object *object = (Object *)((uintptr_t)reference & 0x00FFFFFFFFFFFFF8);
    int64_t counts = object->counts + ONE;
    if (!likely(isPlain && counts >= 0)) return isImmortal(counts) ? reference : __real_swift_retain_n(reference, 1);
    object->counts = counts;
  }
  return reference;
}

void __wrap_swift_release(void *reference) {
  if (likely((intptr_t)reference > 0)) {
    Object *object = reference;
    int64_t old = object->counts, counts = old - ONE;
    if (likely(isPlain && counts >= 0)) {
      object->counts = counts;
    } else if (likely(isPlain && old == UNIQUE)) {
      object->counts = DESTROYED;
      ((Destroy *)object->type[-2])(object);
    } else if (!isImmortal(old)) {
      __real_swift_release_n(reference, 1);
    }
  }
}

void *__wrap_swift_retain_n(void *reference, uint32_t count) {
  if (!likely(isPlain)) return __real_swift_retain_n(reference, count);
  for (; count > 0; count--) __wrap_swift_retain(reference);
  return reference;
}

void __wrap_swift_release_n(void *reference, uint32_t count) {
  if (!likely(isPlain)) return __real_swift_release_n(reference, count);
  for (; count > 0; count--) __wrap_swift_release(reference);
}

void *__wrap_swift_allocObject(void **type, size_t size, size_t alignmentMask) {
  Object *object = likely(alignmentMask <= 15) ? malloc(size) : NULL;
  if (!likely(object != NULL)) object = swift_slowAlloc(size, alignmentMask);
  object->type = type;
  object->counts = UNIQUE;
  return object;
}

void __wrap_swift_deallocClassInstance(void *reference, size_t size, size_t alignmentMask) {
  Object *object = reference;
  if (likely(object->counts == DESTROYED && alignmentMask <= 15)) free(object);
  else swift_deallocObject(object, size, alignmentMask);
}

#else

void count_references_plainly(void) {}
void threads_share_objects(void) {}

#endif
