extension Library {
  /// `contextlib`
  static let contextlibSource = #"""
    """Helpers for `with` and `async with`."""

    import abc
    import sys
    from functools import wraps
    from types import GenericAlias, MethodType

    __all__ = [
        "asynccontextmanager", "contextmanager", "closing", "nullcontext", "AbstractContextManager",
        "AbstractAsyncContextManager", "AsyncExitStack", "ContextDecorator", "ExitStack", "redirect_stdout",
        "redirect_stderr", "suppress", "aclosing", "chdir", "AsyncContextDecorator",
    ]


    def _has_methods(cls, *names):
        for name in names:
            for ancestor in cls.__mro__:
                if name in ancestor.__dict__:
                    if ancestor.__dict__[name] is None:
                        return NotImplemented
                    break
            else:
                return NotImplemented
        return True


    class AbstractContextManager(abc.ABC):
        """What `with` works on."""

        __class_getitem__ = classmethod(GenericAlias)
        __slots__ = ()

        def __enter__(self):
            return self

        @abc.abstractmethod
        def __exit__(self, exc_type, exc_value, traceback):
            return None

        @classmethod
        def __subclasshook__(cls, C):
            return _has_methods(C, "__enter__", "__exit__") if cls is AbstractContextManager else NotImplemented


    class AbstractAsyncContextManager(abc.ABC):
        """What `async with` works on."""

        __class_getitem__ = classmethod(GenericAlias)
        __slots__ = ()

        async def __aenter__(self):
            return self

        @abc.abstractmethod
        async def __aexit__(self, exc_type, exc_value, traceback):
            return None

        @classmethod
        def __subclasshook__(cls, C):
            return _has_methods(C, "__aenter__", "__aexit__") if cls is AbstractAsyncContextManager else NotImplemented


    class ContextDecorator:
        """A context manager that is also a decorator."""

        def _recreate_cm(self):
            return self

        def __call__(self, func):
            @wraps(func)
            def inner(*args, **kwds):
                with self._recreate_cm():
                    return func(*args, **kwds)

            return inner


    class AsyncContextDecorator:
        """An async context manager that is also a decorator."""

        def _recreate_cm(self):
            return self

        def __call__(self, func):
            @wraps(func)
            async def inner(*args, **kwds):
                async with self._recreate_cm():
                    return await func(*args, **kwds)

            return inner


    class _GeneratorContextManagerBase:
        def __init__(self, func, args, kwds):
            self.gen = func(*args, **kwds)
            self.func, self.args, self.kwds = func, args, kwds
            doc = getattr(func, "__doc__", None)
            self.__doc__ = type(self).__doc__ if doc is None else doc

        def _recreate_cm(self):
            return self.__class__(self.func, self.args, self.kwds)


    class _GeneratorContextManager(_GeneratorContextManagerBase, AbstractContextManager, ContextDecorator):
        """Helper for @contextmanager decorator."""

        def __enter__(self):
            del self.args, self.kwds, self.func
            try:
                return next(self.gen)
            except StopIteration:
                raise RuntimeError("generator didn't yield") from None

        def __exit__(self, typ, value, traceback):
            if typ is None:
                try:
                    next(self.gen)
                except StopIteration:
                    return False
                try:
                    raise RuntimeError("generator didn't stop")
                finally:
                    self.gen.close()
            if value is None:
                value = typ()
            try:
                self.gen.throw(value)
            except StopIteration as error:
                # The end of the generator suppresses the exception, unless it is that exception itself.
                return error is not value
            except RuntimeError as error:
                if error is value:
                    error.__traceback__ = traceback
                    return False
                if isinstance(value, StopIteration) and error.__cause__ is value:
                    value.__traceback__ = traceback
                    return False
                raise
            except BaseException as error:
                if error is not value:
                    raise
                error.__traceback__ = traceback
                return False
            try:
                raise RuntimeError("generator didn't stop after throw()")
            finally:
                self.gen.close()


    class _AsyncGeneratorContextManager(_GeneratorContextManagerBase, AbstractAsyncContextManager, AsyncContextDecorator):
        """Helper for @asynccontextmanager decorator."""

        async def __aenter__(self):
            del self.args, self.kwds, self.func
            try:
                return await anext(self.gen)
            except StopAsyncIteration:
                raise RuntimeError("generator didn't yield") from None

        async def __aexit__(self, typ, value, traceback):
            if typ is None:
                try:
                    await anext(self.gen)
                except StopAsyncIteration:
                    return False
                try:
                    raise RuntimeError("generator didn't stop")
                finally:
                    await self.gen.aclose()
            if value is None:
                value = typ()
            try:
                await self.gen.athrow(value)
            except StopAsyncIteration as error:
                return error is not value
            except RuntimeError as error:
                if error is value:
                    error.__traceback__ = traceback
                    return False
                if isinstance(value, (StopIteration, StopAsyncIteration)) and error.__cause__ is value:
                    value.__traceback__ = traceback
                    return False
                raise
            except BaseException as error:
                if error is not value:
                    raise
                error.__traceback__ = traceback
                return False
            try:
                raise RuntimeError("generator didn't stop after athrow()")
            finally:
                await self.gen.aclose()


    def contextmanager(func):
        """Make a context manager of a generator function that yields once."""

        @wraps(func)
        def helper(*args, **kwds):
            return _GeneratorContextManager(func, args, kwds)

        return helper


    def asynccontextmanager(func):
        """Make an async context manager of an async generator function that yields once."""

        @wraps(func)
        def helper(*args, **kwds):
            return _AsyncGeneratorContextManager(func, args, kwds)

        return helper


    class closing(AbstractContextManager):
        """Calls `close()` at the end of the block."""

        def __init__(self, thing):
            self.thing = thing

        def __enter__(self):
            return self.thing

        def __exit__(self, *exc_info):
            self.thing.close()


    class aclosing(AbstractAsyncContextManager):
        """Awaits `aclose()` at the end of the block."""

        def __init__(self, thing):
            self.thing = thing

        async def __aenter__(self):
            return self.thing

        async def __aexit__(self, *exc_info):
            await self.thing.aclose()


    class _RedirectStream(AbstractContextManager):
        _stream = None

        def __init__(self, new_target):
            self._new_target = new_target
            self._old_targets = []

        def __enter__(self):
            self._old_targets.append(getattr(sys, self._stream))
            setattr(sys, self._stream, self._new_target)
            return self._new_target

        def __exit__(self, exctype, excinst, exctb):
            setattr(sys, self._stream, self._old_targets.pop())


    class redirect_stdout(_RedirectStream):
        """What is printed in the block goes to another file."""

        _stream = "stdout"


    class redirect_stderr(_RedirectStream):
        """What is written to the error output in the block goes to another file."""

        _stream = "stderr"


    class suppress(AbstractContextManager):
        """Ends the block quietly when it raises one of these exceptions."""

        def __init__(self, *exceptions):
            self._exceptions = exceptions

        def __enter__(self):
            pass

        def __exit__(self, exctype, excinst, exctb):
            if exctype is None:
                return
            if issubclass(exctype, self._exceptions):
                return True
            if issubclass(exctype, BaseExceptionGroup):
                match, rest = excinst.split(self._exceptions)
                if rest is None:
                    return True
                raise rest
            return False


    def _pushed_method(cm, name):
        """The exit method of a context manager, bound; nil for a plain function."""
        method = getattr(type(cm), name, None)
        return cm if method is None else MethodType(method, cm)


    def _unsupported(cls, protocol):
        return TypeError(f"'{cls.__module__}.{cls.__qualname__}' object does not support the {protocol} protocol")


    class _BaseExitStack:
        def __init__(self):
            self._exit_callbacks = []

        def pop_all(self):
            """Hand over all callbacks to a new stack."""
            new_stack = type(self)()
            new_stack._exit_callbacks = self._exit_callbacks
            self._exit_callbacks = []
            return new_stack

        def push(self, exit):
            """Register an object with `__exit__`, or a function with its signature."""
            self._exit_callbacks.append((True, _pushed_method(exit, "__exit__")))
            return exit

        def enter_context(self, cm):
            """Enter a context manager now; leave it with the stack."""
            cls = type(cm)
            try:
                enter, exit = cls.__enter__, cls.__exit__
            except AttributeError:
                raise _unsupported(cls, "context manager") from None
            result = enter(cm)
            self._exit_callbacks.append((True, MethodType(exit, cm)))
            return result

        def callback(self, callback, /, *args, **kwds):
            """Register a function to be called with these arguments."""

            def wrapper(exc_type, exc, tb):
                callback(*args, **kwds)

            wrapper.__wrapped__ = callback
            self._exit_callbacks.append((True, wrapper))
            return callback


    class _Leaving:
        """What becomes of the exception while a stack leaves its context managers."""

        def __init__(self, exc):
            self.exc = exc
            self.outermost = sys.exception()
            self.received = exc is not None
            self.suppressed = False
            self.pending = False

        def details(self):
            exc = self.exc
            return (None, None, None) if exc is None else (type(exc), exc, exc.__traceback__)

        def suppress(self):
            self.suppressed = True
            self.pending = False
            self.exc = None

        def replace(self, new):
            """A callback raised: its context is as if `with` statements were nested."""
            link = new
            while (context := link.__context__) is not None and context is not self.exc:
                if context is self.outermost:
                    link.__context__ = self.exc
                    break
                link = context
            self.pending = True
            self.exc = new

        def result(self):
            if self.pending:
                context = self.exc.__context__
                try:
                    raise self.exc
                except BaseException:
                    self.exc.__context__ = context
                    raise
            return self.received and self.suppressed


    class ExitStack(_BaseExitStack, AbstractContextManager):
        """Leaves any number of context managers together, in reverse order."""

        def __enter__(self):
            return self

        def __exit__(self, *exc_details):
            leaving = _Leaving(exc_details[1])
            while self._exit_callbacks:
                _, callback = self._exit_callbacks.pop()
                try:
                    if callback(*leaving.details()):
                        leaving.suppress()
                except BaseException as new:
                    leaving.replace(new)
            return leaving.result()

        def close(self):
            """Leave everything now."""
            self.__exit__(None, None, None)


    class AsyncExitStack(_BaseExitStack, AbstractAsyncContextManager):
        """Leaves any number of context managers of both kinds together, in reverse order."""

        async def enter_async_context(self, cm):
            """Enter an async context manager now; leave it with the stack."""
            cls = type(cm)
            try:
                enter, exit = cls.__aenter__, cls.__aexit__
            except AttributeError:
                raise _unsupported(cls, "asynchronous context manager") from None
            result = await enter(cm)
            self._exit_callbacks.append((False, MethodType(exit, cm)))
            return result

        def push_async_exit(self, exit):
            """Register an object with `__aexit__`, or a coroutine function with its signature."""
            self._exit_callbacks.append((False, _pushed_method(exit, "__aexit__")))
            return exit

        def push_async_callback(self, callback, /, *args, **kwds):
            """Register a coroutine function to be called with these arguments."""

            async def wrapper(exc_type, exc, tb):
                await callback(*args, **kwds)

            wrapper.__wrapped__ = callback
            self._exit_callbacks.append((False, wrapper))
            return callback

        async def aclose(self):
            """Leave everything now."""
            await self.__aexit__(None, None, None)

        async def __aenter__(self):
            return self

        async def __aexit__(self, *exc_details):
            leaving = _Leaving(exc_details[1])
            while self._exit_callbacks:
                is_sync, callback = self._exit_callbacks.pop()
                try:
                    result = callback(*leaving.details())
                    if result if is_sync else await result:
                        leaving.suppress()
                except BaseException as new:
                    leaving.replace(new)
            return leaving.result()


    class nullcontext(AbstractContextManager, AbstractAsyncContextManager):
        """Does nothing, in either kind of block."""

        def __init__(self, enter_result=None):
            self.enter_result = enter_result

        def __enter__(self):
            return self.enter_result

        def __exit__(self, *excinfo):
            pass

        async def __aenter__(self):
            return self.enter_result

        async def __aexit__(self, *excinfo):
            pass


    class chdir(AbstractContextManager):
        """Another current directory for the time of the block."""

        def __init__(self, path):
            self.path = path
            self._old_cwd = []

        def __enter__(self):
            import os

            self._old_cwd.append(os.getcwd())
            os.chdir(self.path)

        def __exit__(self, *excinfo):
            import os

            os.chdir(self._old_cwd.pop())
    """#
}
