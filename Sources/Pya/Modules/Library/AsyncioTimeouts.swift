extension AsyncioLibrary {
  /// `asyncio.timeouts`
  static let timeouts = #"""
    from asyncio import CancelledError, current_task, get_running_loop

    _CREATED = "created"
    _ENTERED = "active"
    _EXPIRING = "expiring"
    _EXPIRED = "expired"
    _EXITED = "finished"


    class Timeout:
        """`async with timeout(...)`: cancels the task when the time is over, and makes a TimeoutError of that."""

        def __init__(self, when):
            self._state = _CREATED
            self._timeout_handler = None
            self._task = None
            self._when = when

        def when(self):
            return self._when

        def reschedule(self, when):
            if self._state is not _ENTERED:
                if self._state is _CREATED:
                    raise RuntimeError("Timeout has not been entered")
                raise RuntimeError(f"Cannot change state of {self._state} Timeout")
            self._when = when
            if self._timeout_handler is not None:
                self._timeout_handler.cancel()
            if when is None:
                self._timeout_handler = None
            else:
                loop = get_running_loop()
                if when <= loop.time():
                    self._timeout_handler = loop.call_soon(self._on_timeout)
                else:
                    self._timeout_handler = loop.call_at(when, self._on_timeout)

        def expired(self):
            return self._state in (_EXPIRING, _EXPIRED)

        def __repr__(self):
            text = ""
            if self._state is _ENTERED:
                when = None if self._when is None else round(self._when, 3)
                text = f" when={when}"
            return f"<Timeout [{self._state}]{text}>"

        async def __aenter__(self):
            if self._state is not _CREATED:
                raise RuntimeError("Timeout has already been entered")
            task = current_task()
            if task is None:
                raise RuntimeError("Timeout should be used inside a task")
            self._state = _ENTERED
            self._task = task
            self._cancelling = task.cancelling()
            self.reschedule(self._when)
            return self

        async def __aexit__(self, exc_type, exc, tb):
            if self._timeout_handler is not None:
                self._timeout_handler.cancel()
                self._timeout_handler = None
            if self._state is _EXPIRING:
                self._state = _EXPIRED
                if self._task.uncancel() <= self._cancelling and exc_type is not None:
                    # Nobody else wants the task cancelled: what happened is a timeout.
                    if issubclass(exc_type, CancelledError):
                        raise TimeoutError from exc
                    elif exc is not None:
                        _explain(exc)
                        if isinstance(exc, ExceptionGroup):
                            for member in exc.exceptions:
                                _explain(member)
            elif self._state is _ENTERED:
                self._state = _EXITED

        def _on_timeout(self):
            self._task.cancel()
            self._state = _EXPIRING
            self._timeout_handler = None


    def _explain(exc):
        """Puts a TimeoutError between an exception and the cancellation during which it was raised."""
        while exc.__context__ is not None:
            if isinstance(exc.__context__, CancelledError):
                explanation = TimeoutError()
                explanation.__context__ = explanation.__cause__ = exc.__context__
                exc.__context__ = explanation
                break
            exc = exc.__context__


    def timeout(delay):
        loop = get_running_loop()
        return Timeout(None if delay is None else loop.time() + delay)


    def timeout_at(when):
        return Timeout(when)
    """#
}
