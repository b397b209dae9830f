extension AsyncioLibrary {
  /// `asyncio.locks`
  static let locks = #"""
    from asyncio import CancelledError
    from asyncio.exceptions import BrokenBarrierError
    from asyncio.mixins import _LoopBoundMixin
    from collections import deque


    def _label(lock, text):
        """The default repr with a note on the lock's state."""
        default = object.__repr__(lock)
        if lock._waiters:
            text = f"{text}, waiters:{len(lock._waiters)}"
        return f"<{default[1:-1]} [{text}]>"


    class _Acquiring:
        """`async with lock`."""

        async def __aenter__(self):
            await self.acquire()

        async def __aexit__(self, exc_type, exc, tb):
            self.release()


    class Lock(_Acquiring, _LoopBoundMixin):
        """Mutual exclusion between tasks; those who wait get the lock in the order in which they came."""

        def __init__(self):
            self._waiters = None
            self._locked = False

        def __repr__(self):
            return _label(self, "locked" if self._locked else "unlocked")

        def locked(self):
            return self._locked

        async def acquire(self):
            waiters = self._waiters
            if not self._locked and (not waiters or all([waiter.cancelled() for waiter in waiters])):
                self._locked = True
                return True
            if waiters is None:
                waiters = self._waiters = deque()
            waiter = self._get_loop().create_future()
            waiters.append(waiter)
            try:
                try:
                    await waiter
                finally:
                    waiters.remove(waiter)
            except CancelledError:
                # A wakeup may have been meant for this task: the next one takes it.
                if not self._locked:
                    self._wake_up_first()
                raise
            self._locked = True
            return True

        def release(self):
            if not self._locked:
                raise RuntimeError("Lock is not acquired.")
            self._locked = False
            if self._waiters:
                self._wake_up_first()

        def _wake_up_first(self):
            if self._waiters:
                first = self._waiters[0]
                if not first.done():
                    first.set_result(True)


    class Event(_LoopBoundMixin):
        """A flag that tasks wait for."""

        def __init__(self):
            self._waiters = deque()
            self._value = False

        def __repr__(self):
            return _label(self, "set" if self._value else "unset")

        def is_set(self):
            return self._value

        def set(self):
            if self._value:
                return
            self._value = True
            for waiter in self._waiters:
                if not waiter.done():
                    waiter.set_result(True)

        def clear(self):
            self._value = False

        async def wait(self):
            if self._value:
                return True
            waiter = self._get_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
                return True
            finally:
                self._waiters.remove(waiter)


    class Condition(_Acquiring, _LoopBoundMixin):
        """Tasks that hold a lock wait until another one notifies them."""

        def __init__(self, lock=None):
            if lock is None:
                lock = Lock()
            self._lock = lock
            self.locked = lock.locked
            self.acquire = lock.acquire
            self.release = lock.release
            self._waiters = deque()

        def __repr__(self):
            return _label(self, "locked" if self.locked() else "unlocked")

        async def wait(self):
            if not self.locked():
                raise RuntimeError("cannot wait on un-acquired lock")
            waiter = self._get_loop().create_future()
            self.release()
            try:
                try:
                    self._waiters.append(waiter)
                    try:
                        await waiter
                        return True
                    finally:
                        self._waiters.remove(waiter)
                finally:
                    await self._acquire_again()
            except BaseException:
                # A notification may have been meant for this task: another one gets it.
                self._notify(1)
                raise

        async def _acquire_again(self):
            """Takes the lock whatever happens, and only then passes a cancellation on."""
            cancellation = None
            while True:
                try:
                    await self.acquire()
                    break
                except CancelledError as error:
                    cancellation = error
            if cancellation is not None:
                try:
                    raise cancellation
                finally:
                    cancellation = None

        async def wait_for(self, predicate):
            result = predicate()
            while not result:
                await self.wait()
                result = predicate()
            return result

        def notify(self, n=1):
            if not self.locked():
                raise RuntimeError("cannot notify on un-acquired lock")
            self._notify(n)

        def _notify(self, n):
            woken = 0
            for waiter in self._waiters:
                if woken >= n:
                    break
                if not waiter.done():
                    woken += 1
                    waiter.set_result(False)

        def notify_all(self):
            self.notify(len(self._waiters))


    class Semaphore(_Acquiring, _LoopBoundMixin):
        """Lets a number of tasks in at a time."""

        def __init__(self, value=1):
            if value < 0:
                raise ValueError("Semaphore initial value must be >= 0")
            self._waiters = None
            self._value = value

        def __repr__(self):
            return _label(self, "locked" if self.locked() else f"unlocked, value:{self._value}")

        def locked(self):
            if self._value == 0:
                return True
            if self._waiters:
                for waiter in self._waiters:
                    if not waiter.cancelled():
                        return True
            return False

        async def acquire(self):
            if not self.locked():
                self._value -= 1
                return True
            if self._waiters is None:
                self._waiters = deque()
            waiter = self._get_loop().create_future()
            self._waiters.append(waiter)
            try:
                try:
                    await waiter
                finally:
                    self._waiters.remove(waiter)
            except CancelledError:
                if waiter.done() and not waiter.cancelled():
                    # It had been let in already: its place is free again.
                    self._value += 1
                raise
            finally:
                while self._value > 0 and self._wake_up_next():
                    pass
            return True

        def release(self):
            self._value += 1
            self._wake_up_next()

        def _wake_up_next(self):
            """Lets the first one who waits in; False when nobody does."""
            if self._waiters:
                for waiter in self._waiters:
                    if not waiter.done():
                        self._value -= 1
                        waiter.set_result(True)
                        return True
            return False


    class BoundedSemaphore(Semaphore):
        """A semaphore that cannot be released more often than it was acquired."""

        def __init__(self, value=1):
            self._bound_value = value
            super().__init__(value)

        def release(self):
            if self._value >= self._bound_value:
                raise ValueError("BoundedSemaphore released too many times")
            super().release()


    class Barrier(_LoopBoundMixin):
        """Tasks wait for each other until there are as many as it takes."""

        def __init__(self, parties):
            if parties < 1:
                raise ValueError("parties must be > 0")
            self._cond = Condition()
            self._parties = parties
            self._state = "filling"
            self._count = 0

        def __repr__(self):
            text = self._state
            if not self.broken:
                text += f", waiters:{self.n_waiting}/{self.parties}"
            return f"<{object.__repr__(self)[1:-1]} [{text}]>"

        async def __aenter__(self):
            return await self.wait()

        async def __aexit__(self, *args):
            pass

        async def wait(self):
            async with self._cond:
                await self._cond.wait_for(self._is_open)
                if self._state == "broken":
                    raise BrokenBarrierError("Barrier aborted")
                try:
                    index = self._count
                    self._count += 1
                    if index + 1 == self._parties:
                        self._state = "draining"
                        self._cond.notify_all()
                    else:
                        await self._cond.wait_for(self._is_full)
                        if self._state in ("broken", "resetting"):
                            raise BrokenBarrierError("Abort or reset of barrier")
                    return index
                finally:
                    self._count -= 1
                    self._leave()

        def _is_open(self):
            return self._state not in ("draining", "resetting")

        def _is_full(self):
            return self._state != "filling"

        def _leave(self):
            """The last one to leave opens the barrier for the next ones."""
            if self._count == 0:
                if self._state in ("resetting", "draining"):
                    self._state = "filling"
                self._cond.notify_all()

        async def reset(self):
            async with self._cond:
                if self._count > 0:
                    self._state = "resetting"
                else:
                    self._state = "filling"
                self._cond.notify_all()

        async def abort(self):
            async with self._cond:
                self._state = "broken"
                self._cond.notify_all()

        @property
        def parties(self):
            return self._parties

        @property
        def n_waiting(self):
            return self._count if self._state == "filling" else 0

        @property
        def broken(self):
            return self._state == "broken"
    """#
}
