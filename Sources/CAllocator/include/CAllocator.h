/// The command's memory: an allocator that takes the place of the C library's `malloc` and its kin, and reference counting without
/// atomic instructions.
#ifndef PYA_ALLOCATOR_H
#define PYA_ALLOCATOR_H

/// References are counted by additions from now on: until `threads_share_objects`, one thread alone touches objects that several
/// threads can reach.
void count_references_plainly(void);

/// A second thread is about to start: from now on references are counted atomically. (The library calls this where it is
/// linked, see CSystem.)
void threads_share_objects(void);

#endif
