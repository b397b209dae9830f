extension Library {
  /// `warnings`
  static let warningsSource = #"""
    """Warnings: which are shown, and how."""

    import sys
    from _warnings import _call_site, _defer, _source_line

    __all__ = [
        "warn", "warn_explicit", "showwarning", "formatwarning", "filterwarnings", "simplefilter", "resetwarnings",
        "catch_warnings", "deprecated",
    ]

    # (action, pattern of the message, category, pattern of the module, line), the first that fits decides.
    filters = [
        ("default", None, DeprecationWarning, "__main__", 0),
        ("ignore", None, DeprecationWarning, None, 0),
        ("ignore", None, PendingDeprecationWarning, None, 0),
        ("ignore", None, ImportWarning, None, 0),
        ("ignore", None, ResourceWarning, None, 0),
    ]
    defaultaction = "default"
    onceregistry = {}
    _actions = ("default", "error", "ignore", "always", "all", "module", "once")
    _registries = {}


    class WarningMessage:
        """One warning, as `catch_warnings(record=True)` collects them."""

        def __init__(self, message, category, filename, lineno, file=None, line=None, source=None):
            self.message = message
            self.category = category
            self.filename = filename
            self.lineno = lineno
            self.file = file
            self.line = line
            self.source = source
            self._category_name = category.__name__ if category else None

        def __str__(self):
            return "{message : %r, category : %r, filename : %r, lineno : %s, line : %r}" % (
                self.message, self._category_name, self.filename, self.lineno, self.line,
            )


    def formatwarning(message, category, filename, lineno, line=None):
        """The text of a warning: where it comes from, what it says, and the source line."""
        text = f"{filename}:{lineno}: {category.__name__}: {message}\n"
        if line is None:
            line = _source_line(filename, lineno)
        return f"{text}  {line.strip()}\n" if line and line.strip() else text


    def showwarning(message, category, filename, lineno, file=None, line=None):
        """Write a warning to the error output."""
        file = file or sys.stderr
        if file is not None:
            try:
                file.write(formatwarning(message, category, filename, lineno, line))
            except OSError:
                pass


    _original_showwarning = showwarning


    def _show(message, category, filename, lineno, source=None):
        if _recorded is not None:
            _recorded.append(WarningMessage(message, category, filename, lineno, source=source))
        else:
            showwarning(message, category, filename, lineno)
            if source is not None and showwarning is _original_showwarning:
                sys.stderr.write(f"{category.__name__}: Enable tracemalloc to get the object allocation traceback\n")


    _recorded = None


    def filterwarnings(action, message="", category=Warning, module="", lineno=0, append=False):
        """Say what becomes of warnings that fit."""
        if action not in _actions:
            raise ValueError(f"invalid action: {action!r}")
        if not isinstance(message, str):
            raise TypeError("message must be a string")
        if not isinstance(category, type) or not issubclass(category, Warning):
            raise TypeError("category must be a Warning subclass")
        if not isinstance(module, str):
            raise TypeError("module must be a string")
        if not isinstance(lineno, int):
            raise TypeError("lineno must be an int")
        if lineno < 0:
            raise ValueError("lineno must be an int >= 0")
        _add_filter((action, message or None, category, module or None, lineno), append)


    def simplefilter(action, category=Warning, lineno=0, append=False):
        """Say what becomes of all warnings of a category."""
        if action not in _actions:
            raise ValueError(f"invalid action: {action!r}")
        if not isinstance(lineno, int):
            raise TypeError("lineno must be an int")
        if lineno < 0:
            raise ValueError("lineno must be an int >= 0")
        _add_filter((action, None, category, None, lineno), append)


    def _add_filter(item, append):
        if append:
            if item not in filters:
                filters.append(item)
        else:
            if item in filters:
                filters.remove(item)
            filters.insert(0, item)
        _registries.clear()


    def resetwarnings():
        """Forget all filters."""
        filters[:] = []
        _registries.clear()


    def _matches(pattern, text, ignores_case):
        """Whether a filter's pattern fits the start of a text."""
        if pattern is None:
            return True
        if all(character.isalnum() or character in " _-:,'\"" for character in pattern):
            return text.lower().startswith(pattern.lower()) if ignores_case else text.startswith(pattern)
        import re

        return re.match(pattern, text, re.IGNORECASE if ignores_case else 0) is not None


    def _action_for(text, category, module, lineno):
        for action, message, kind, of_module, line in filters:
            if (
                issubclass(category, kind)
                and (line == 0 or line == lineno)
                and _matches(message, text, True)
                and (of_module is None or of_module == module or of_module != "__main__" and _matches(of_module, module, False))
            ):
                return action
        return defaultaction


    def warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=()):
        """Issue a warning about the code that called this function."""
        if isinstance(message, Warning):
            category = message.__class__
        elif category is None:
            category = UserWarning
        if not (isinstance(category, type) and issubclass(category, Warning)):
            raise TypeError(f"category must be a Warning subclass, not '{type(category).__name__}'")
        filename, lineno, module = _call_site()
        if stacklevel > 1 and _recorded is None and _action_for(str(message), category, module, lineno) != "error":
            # Where the caller was called from is known when it returns there.
            _defer(stacklevel - 1, lambda filename, lineno, module: warn_explicit(
                message, category, filename, lineno, module, source=source
            ))
            return
        warn_explicit(message, category, filename, lineno, module, source=source)


    def warn_explicit(
        message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None
    ):
        """Issue a warning about a place."""
        if module is None:
            module = filename or "<unknown>"
            module = module.removesuffix(".py").removesuffix(".pya")
        if isinstance(message, Warning):
            text = str(message)
            category = message.__class__
        else:
            text = message
            message = category(message)
        if registry is None:
            registry = _registries.setdefault(module, {})
        key = (text, category, lineno)
        if registry.get(key):
            return
        action = _action_for(text, category, module, lineno)
        if action == "ignore":
            return
        if action == "error":
            raise message
        if action == "once":
            registry[key] = 1
            if onceregistry.get((text, category)):
                return
            onceregistry[text, category] = 1
        elif action == "module":
            registry[key] = 1
            if registry.get((text, category, 0)):
                return
            registry[text, category, 0] = 1
        elif action == "default":
            registry[key] = 1
        elif action not in ("always", "all"):
            raise RuntimeError(f"Unrecognized action ({action!r}) in warnings.filters:\n {action}")
        _show(message, category, filename, lineno, source)


    class catch_warnings:
        """Restores filters and `showwarning` at the end of the block; can collect the warnings in a list."""

        def __init__(self, *, record=False, module=None, action=None, category=Warning, lineno=0, append=False):
            self._record = record
            self._entered = False
            self._filter = None if action is None else (action, category, lineno, append)

        def __repr__(self):
            return f"catch_warnings({'record=True' if self._record else ''})"

        def __enter__(self):
            global _recorded
            if self._entered:
                raise RuntimeError("Cannot enter %r twice" % self)
            self._entered = True
            self._saved = filters[:], showwarning, _recorded
            _registries.clear()
            if self._filter is not None:
                simplefilter(*self._filter)
            if not self._record:
                return None
            _recorded = []
            return _recorded

        def __exit__(self, *exc_info):
            global showwarning, _recorded
            if not self._entered:
                raise RuntimeError("Cannot exit %r without entering first" % self)
            filters[:], showwarning, _recorded = self._saved
            _registries.clear()


    class deprecated:
        """A decorator for functions and classes that should no longer be used."""

        def __init__(self, message, /, *, category=DeprecationWarning, stacklevel=1):
            if not isinstance(message, str):
                raise TypeError(f"Expected an object of type str for 'message', not {type(message).__name__!r}")
            self.message = message
            self.category = category
            self.stacklevel = stacklevel

        def __call__(self, arg, /):
            message, category, stacklevel = self.message, self.category, self.stacklevel
            if category is None:
                arg.__deprecated__ = message
                return arg
            if isinstance(arg, type):
                original_new = arg.__new__

                def __new__(cls, /, *args, **kwargs):
                    if cls is arg:
                        warn(message, category=category, stacklevel=stacklevel + 1)
                    if original_new is not object.__new__:
                        return original_new(cls, *args, **kwargs)
                    if cls.__init__ is object.__init__ and (args or kwargs):
                        raise TypeError(f"{cls.__name__}() takes no arguments")
                    return original_new(cls)

                arg.__new__ = staticmethod(__new__)
                arg.__deprecated__ = message
                return arg
            if not callable(arg):
                raise TypeError(
                    "@deprecated decorator with non-None category must be applied to a class or callable, "
                    f"not {arg!r}"
                )
            import functools

            @functools.wraps(arg)
            def wrapper(*args, **kwargs):
                warn(message, category=category, stacklevel=stacklevel + 1)
                return arg(*args, **kwargs)

            arg.__deprecated__ = wrapper.__deprecated__ = message
            return wrapper
    """#
}
