extension AsyncioLibrary {
  /// `asyncio.taskgroups`
  static let taskGroups = #"""
    from asyncio import CancelledError, current_task, get_running_loop


    def _ends_program(exc):
        return isinstance(exc, (SystemExit, KeyboardInterrupt))


    class TaskGroup:
        """`async with TaskGroup() as group`: waits for all tasks of the group; when one fails, the others are cancelled."""

        def __init__(self):
            self._entered = False
            self._exiting = False
            self._aborting = False
            self._loop = None
            self._parent_task = None
            self._parent_cancel_requested = False
            # A dict, since the tasks are to be cancelled in the order in which they were made.
            self._tasks = {}
            self._errors = []
            self._base_error = None
            self._on_completed_fut = None

        def __repr__(self):
            parts = ["<TaskGroup"]
            if self._tasks:
                parts.append(f"tasks={len(self._tasks)}")
            if self._errors:
                parts.append(f"errors={len(self._errors)}")
            if self._aborting:
                parts.append("cancelling")
            elif self._entered:
                parts.append("entered")
            return " ".join(parts) + ">"

        async def __aenter__(self):
            if self._entered:
                raise RuntimeError(f"TaskGroup {self!r} has already been entered")
            if self._loop is None:
                self._loop = get_running_loop()
            self._parent_task = current_task(self._loop)
            if self._parent_task is None:
                raise RuntimeError(f"TaskGroup {self!r} cannot determine the parent task")
            self._entered = True
            return self

        async def __aexit__(self, exc_type, exc, tb):
            self._exiting = True
            if exc is not None and _ends_program(exc) and self._base_error is None:
                self._base_error = exc
            is_cancellation = exc_type is not None and issubclass(exc_type, CancelledError)
            cancellation = exc if is_cancellation else None
            if exc_type is not None and not self._aborting:
                self._abort()
            while self._tasks:
                if self._on_completed_fut is None:
                    self._on_completed_fut = self._loop.create_future()
                try:
                    await self._on_completed_fut
                except CancelledError as error:
                    if not self._aborting:
                        # From outside; the group's own request comes with `_aborting` set.
                        cancellation = error
                        self._abort()
                self._on_completed_fut = None
            if self._base_error is not None:
                raise self._base_error
            if self._parent_cancel_requested:
                # Takes back the group's own request; others stand.
                if self._parent_task.uncancel() == 0:
                    cancellation = None
            try:
                if cancellation is not None and not self._errors:
                    raise cancellation
            finally:
                cancellation = None
            if exc_type is not None and not is_cancellation:
                self._errors.append(exc)
            if self._errors:
                if self._parent_task.cancelling():
                    # Cancelled from outside as well: that must not be lost behind the group.
                    self._parent_task.uncancel()
                    self._parent_task.cancel()
                try:
                    raise BaseExceptionGroup("unhandled errors in a TaskGroup", self._errors) from None
                finally:
                    self._errors = None

        def create_task(self, coro, *, name=None, context=None):
            if not self._entered:
                coro.close()
                raise RuntimeError(f"TaskGroup {self!r} has not been entered")
            if self._exiting and not self._tasks:
                coro.close()
                raise RuntimeError(f"TaskGroup {self!r} is finished")
            if self._aborting:
                coro.close()
                raise RuntimeError(f"TaskGroup {self!r} is shutting down")
            if context is None:
                task = self._loop.create_task(coro, name=name)
            else:
                task = self._loop.create_task(coro, name=name, context=context)
            if task.done():
                self._on_task_done(task)
            else:
                self._tasks[task] = True
                task.add_done_callback(self._on_task_done)
            return task

        def _abort(self):
            self._aborting = True
            for task in list(self._tasks):
                if not task.done():
                    task.cancel()

        def _on_task_done(self, task):
            self._tasks.pop(task, None)
            waiter = self._on_completed_fut
            if waiter is not None and not self._tasks and not waiter.done():
                waiter.set_result(True)
            if task.cancelled():
                return
            exc = task.exception()
            if exc is None:
                return
            self._errors.append(exc)
            if _ends_program(exc) and self._base_error is None:
                self._base_error = exc
            if self._parent_task.done():
                self._loop.call_exception_handler({
                    "message": f"Task {task!r} has errored out but its parent task {self._parent_task} is already completed",
                    "exception": exc,
                    "task": task,
                })
                return
            if not self._aborting and not self._parent_cancel_requested:
                self._abort()
                self._parent_cancel_requested = True
                self._parent_task.cancel()
    """#
}
