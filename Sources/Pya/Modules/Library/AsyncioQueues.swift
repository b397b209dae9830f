extension AsyncioLibrary {
  /// `asyncio.queues`
  static let queues = #"""
    from asyncio.locks import Event
    from asyncio.mixins import _LoopBoundMixin
    from collections import deque
    from heapq import heappop, heappush

    GenericAlias = type(list[int])


    class QueueEmpty(Exception):
        """`get_nowait` found nothing."""


    class QueueFull(Exception):
        """`put_nowait` found no room."""


    class QueueShutDown(Exception):
        """The queue takes (and, when it is empty, gives) nothing any more."""


    def _wake_first(waiters):
        """Wakes the first task that still waits."""
        while waiters:
            waiter = waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                break


    def _wake_all(waiters):
        while waiters:
            waiter = waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)


    def _forget(waiters, waiter):
        try:
            waiters.remove(waiter)
        except ValueError:
            pass


    class Queue(_LoopBoundMixin):
        """First in, first out; with `maxsize`, those who put wait for room."""

        def __init__(self, maxsize=0):
            self._maxsize = maxsize
            self._getters = deque()
            self._putters = deque()
            self._unfinished_tasks = 0
            self._finished = Event()
            self._finished.set()
            self._init(maxsize)
            self._is_shutdown = False

        # What subclasses replace.

        def _init(self, maxsize):
            self._queue = deque()

        def _get(self):
            return self._queue.popleft()

        def _put(self, item):
            self._queue.append(item)

        def __repr__(self):
            return f"<{type(self).__name__} at {id(self):#x} {self._format()}>"

        def __str__(self):
            return f"<{type(self).__name__} {self._format()}>"

        __class_getitem__ = classmethod(GenericAlias)

        def _format(self):
            parts = [f"maxsize={self._maxsize!r}"]
            if getattr(self, "_queue", None):
                parts.append(f"_queue={list(self._queue)!r}")
            if self._getters:
                parts.append(f"_getters[{len(self._getters)}]")
            if self._putters:
                parts.append(f"_putters[{len(self._putters)}]")
            if self._unfinished_tasks:
                parts.append(f"tasks={self._unfinished_tasks}")
            if self._is_shutdown:
                parts.append("shutdown")
            return " ".join(parts)

        def qsize(self):
            return len(self._queue)

        @property
        def maxsize(self):
            return self._maxsize

        def empty(self):
            return not self._queue

        def full(self):
            return self._maxsize > 0 and self.qsize() >= self._maxsize

        async def put(self, item):
            while self.full():
                if self._is_shutdown:
                    raise QueueShutDown
                waiter = self._get_loop().create_future()
                self._putters.append(waiter)
                try:
                    await waiter
                except:
                    waiter.cancel()
                    _forget(self._putters, waiter)
                    if not self.full() and not waiter.cancelled():
                        # Woken and cancelled at once: the room is for the next one.
                        _wake_first(self._putters)
                    raise
            return self.put_nowait(item)

        def put_nowait(self, item):
            if self._is_shutdown:
                raise QueueShutDown
            if self.full():
                raise QueueFull
            self._put(item)
            self._unfinished_tasks += 1
            self._finished.clear()
            if self._getters:
                _wake_first(self._getters)

        async def get(self):
            while self.empty():
                if self._is_shutdown and self.empty():
                    raise QueueShutDown
                waiter = self._get_loop().create_future()
                self._getters.append(waiter)
                try:
                    await waiter
                except:
                    waiter.cancel()
                    _forget(self._getters, waiter)
                    if not self.empty() and not waiter.cancelled():
                        # Woken and cancelled at once: the item is for the next one.
                        _wake_first(self._getters)
                    raise
            return self.get_nowait()

        def get_nowait(self):
            if self.empty():
                if self._is_shutdown:
                    raise QueueShutDown
                raise QueueEmpty
            item = self._get()
            if self._putters:
                _wake_first(self._putters)
            return item

        def task_done(self):
            if self._unfinished_tasks <= 0:
                raise ValueError("task_done() called too many times")
            self._unfinished_tasks -= 1
            if self._unfinished_tasks == 0:
                self._finished.set()

        async def join(self):
            if self._unfinished_tasks > 0:
                await self._finished.wait()

        def shutdown(self, immediate=False):
            self._is_shutdown = True
            if immediate:
                while not self.empty():
                    self._get()
                    if self._unfinished_tasks > 0:
                        self._unfinished_tasks -= 1
                if self._unfinished_tasks == 0:
                    self._finished.set()
            _wake_all(self._getters)
            _wake_all(self._putters)


    class PriorityQueue(Queue):
        """The smallest item comes out first."""

        def _init(self, maxsize):
            self._queue = []

        def _put(self, item):
            heappush(self._queue, item)

        def _get(self):
            return heappop(self._queue)


    class LifoQueue(Queue):
        """The item that was put last comes out first."""

        def _init(self, maxsize):
            self._queue = []

        def _put(self, item):
            self._queue.append(item)

        def _get(self):
            return self._queue.pop()
    """#
}
