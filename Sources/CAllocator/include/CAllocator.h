/// The command's memory allocator: it takes the place of the C library's `malloc` and its kin. Nothing to call.
#ifndef PYA_ALLOCATOR_H
#define PYA_ALLOCATOR_H
#endif
