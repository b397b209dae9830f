extension AsyncioLibrary {
  /// `asyncio.tasks`
  static let tasks = #"""
    from asyncio import CancelledError, ensure_future, get_event_loop, get_running_loop, iscoroutine, isfuture

    FIRST_COMPLETED = "FIRST_COMPLETED"
    FIRST_EXCEPTION = "FIRST_EXCEPTION"
    ALL_COMPLETED = "ALL_COMPLETED"


    def _release(waiter, *args):
        if not waiter.done():
            waiter.set_result(None)


    async def wait(fs, *, timeout=None, return_when=ALL_COMPLETED):
        """Waits for some or all of the futures; returns those that are done and those that are pending."""
        if isfuture(fs) or iscoroutine(fs):
            raise TypeError(f"expect a list of futures, not {type(fs).__name__}")
        if not fs:
            raise ValueError("Set of Tasks/Futures is empty.")
        if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
            raise ValueError(f"Invalid return_when value: {return_when}")
        # A dict keeps the order of the argument.
        futures = list(dict.fromkeys(fs))
        for future in futures:
            if iscoroutine(future):
                raise TypeError("Passing coroutines is forbidden, use tasks explicitly.")
        return await _wait(futures, timeout, return_when, get_running_loop())


    async def _wait(futures, timeout, return_when, loop):
        waiter = loop.create_future()
        timer = None
        if timeout is not None:
            timer = loop.call_later(timeout, _release, waiter)
        remaining = len(futures)

        def _on_completion(future):
            nonlocal remaining
            remaining -= 1
            if (
                remaining <= 0
                or return_when == FIRST_COMPLETED
                or return_when == FIRST_EXCEPTION and not future.cancelled() and future.exception() is not None
            ):
                if timer is not None:
                    timer.cancel()
                if not waiter.done():
                    waiter.set_result(None)

        for future in futures:
            future.add_done_callback(_on_completion)
        try:
            await waiter
        finally:
            if timer is not None:
                timer.cancel()
            for future in futures:
                future.remove_done_callback(_on_completion)
        done = set()
        pending = set()
        for future in futures:
            if future.done():
                done.add(future)
            else:
                pending.add(future)
        return done, pending


    async def wait_for(fut, timeout):
        """Waits for one thing at most so long; then cancels it and raises TimeoutError."""
        if timeout is not None and timeout <= 0:
            fut = ensure_future(fut)
            if fut.done():
                return fut.result()
            await _cancel_and_wait(fut)
            try:
                return fut.result()
            except CancelledError as error:
                raise TimeoutError from error
        from asyncio.timeouts import timeout as time_limit
        async with time_limit(timeout):
            return await fut


    async def _cancel_and_wait(fut):
        """Cancels a future and waits until it is done, also when it takes its time."""
        waiter = get_running_loop().create_future()

        def release(future):
            if not waiter.done():
                waiter.set_result(None)

        fut.add_done_callback(release)
        try:
            fut.cancel()
            await waiter
        finally:
            fut.remove_done_callback(release)


    class _AsCompletedIterator:
        """What `as_completed` returns."""

        def __init__(self, aws, timeout):
            from asyncio.queues import Queue
            self._done = Queue()
            self._timeout_handle = None
            loop = get_event_loop()
            todo = {ensure_future(aw, loop=loop): True for aw in dict.fromkeys(aws)}
            for future in todo:
                future.add_done_callback(self._handle_completion)
            if todo and timeout is not None:
                self._timeout_handle = loop.call_later(timeout, self._handle_timeout)
            self._todo = todo
            self._todo_left = len(todo)

        def __aiter__(self):
            return self

        def __iter__(self):
            return self

        async def __anext__(self):
            if not self._todo_left:
                raise StopAsyncIteration
            self._todo_left -= 1
            return await self._wait_for_one()

        def __next__(self):
            if not self._todo_left:
                raise StopIteration
            self._todo_left -= 1
            return self._wait_for_one(resolve=True)

        def _handle_timeout(self):
            for future in self._todo:
                future.remove_done_callback(self._handle_completion)
                self._done.put_nowait(None)
            self._todo.clear()

        def _handle_completion(self, future):
            if not self._todo:
                return
            del self._todo[future]
            self._done.put_nowait(future)
            if not self._todo and self._timeout_handle is not None:
                self._timeout_handle.cancel()

        async def _wait_for_one(self, resolve=False):
            future = await self._done.get()
            if future is None:
                raise TimeoutError
            return future.result() if resolve else future


    def as_completed(fs, *, timeout=None):
        """Iterates over what is awaited in the order in which it is done."""
        if hasattr(type(fs), "__await__"):
            raise TypeError(f"expects an iterable of awaitables, not {type(fs).__name__}")
        return _AsCompletedIterator(fs, timeout)


    def shield(arg):
        """Waits for something that goes on when the one who waits is cancelled."""
        inner = ensure_future(arg)
        if inner.done():
            return inner
        outer = inner.get_loop().create_future()

        def _inner_done_callback(inner):
            if outer.cancelled():
                if not inner.cancelled():
                    inner.exception()
                return
            if inner.cancelled():
                outer.cancel()
                return
            error = inner.exception()
            if error is not None:
                outer.set_exception(error)
            else:
                outer.set_result(inner.result())

        def _outer_done_callback(outer):
            if not inner.done():
                inner.remove_done_callback(_inner_done_callback)

        inner.add_done_callback(_inner_done_callback)
        outer.add_done_callback(_outer_done_callback)
        return outer


    def create_eager_task_factory(custom_task_constructor):
        """A task factory whose tasks run their first step at once."""

        def factory(loop, coro, *, name=None, context=None):
            return custom_task_constructor(coro, loop=loop, name=name, context=context, eager_start=True)

        return factory


    def eager_task_factory(loop, coro, *, name=None, context=None):
        return Task(coro, loop=loop, name=name, context=context, eager_start=True)
    """#
}
