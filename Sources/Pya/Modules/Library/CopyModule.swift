extension Library {
  /// `copy`
  static let copySource = #"""
    """Shallow and deep copies."""

    __all__ = ["Error", "copy", "deepcopy", "replace"]


    class Error(Exception):
        pass


    error = Error

    _atomic = {
        type(None), int, float, bool, complex, str, bytes, type(Ellipsis), type(NotImplemented), range, type, property,
        type(len), type(lambda: 0), type(list[int]), slice,
    }
    _uncopyable = {
        "generator", "coroutine", "async_generator", "module", "frame", "traceback", "code", "cell", "TextIOWrapper",
    }


    def copy(x):
        """A copy that shares what it contains."""
        cls = type(x)
        if cls in _atomic or cls is tuple or cls is frozenset:
            return x
        if cls is list or cls is dict or cls is set or cls is bytearray:
            return x.copy()
        if issubclass(cls, type):
            return x
        if (method := getattr(cls, "__copy__", None)) is not None:
            return method(x)
        parts = _parts(x)
        return x if isinstance(parts, str) else _reconstruct(x, *parts)


    _nothing = []


    def deepcopy(x, memo=None, _nil=_nothing):
        """A copy whose contents are copies too."""
        cls = type(x)
        if cls in _atomic:
            return x
        if memo is None:
            memo = {}
        key = id(x)
        found = memo.get(key, _nothing)
        if found is not _nothing:
            return found
        if cls is list:
            made = []
            memo[key] = made
            for element in x:
                made.append(deepcopy(element, memo))
        elif cls is dict:
            made = {}
            memo[key] = made
            for name, value in x.items():
                made[deepcopy(name, memo)] = deepcopy(value, memo)
        elif cls is tuple:
            elements = [deepcopy(element, memo) for element in x]
            # The tuple may contain itself through a list, and be copied by now.
            if (found := memo.get(key, _nothing)) is not _nothing:
                return found
            made = x if all(a is b for a, b in zip(x, elements)) else tuple(elements)
        elif cls is set or cls is frozenset:
            made = cls([deepcopy(element, memo) for element in x])
        elif cls is bytearray:
            made = bytearray(x)
        elif cls.__name__ == "method" and hasattr(x, "__func__"):
            made = cls(x.__func__, deepcopy(x.__self__, memo))
        elif issubclass(cls, type):
            made = x
        elif (method := getattr(x, "__deepcopy__", None)) is not None:
            made = method(memo)
        else:
            parts = _parts(x)
            made = x if isinstance(parts, str) else _reconstruct(x, *parts, memo=memo)
        if made is not x:
            memo[key] = made
            # The original must live as long as its address is a key.
            memo.setdefault(id(memo), []).append(x)
        return made


    def _parts(x):
        """How to make another such object: a callable, its arguments, state, elements and items."""
        cls = type(x)
        if (method := _own(cls, "__reduce_ex__")) is not None:
            found = method(x, 4)
        elif (method := _own(cls, "__reduce__")) is not None:
            found = method(x)
        else:
            found = _standard_parts(x, cls)
        if isinstance(found, str):
            return found
        return tuple(found) + (None,) * (5 - len(found))


    def _own(cls, name):
        """A method of the class that is not just what every object has."""
        method = getattr(cls, name, None)
        return None if method is getattr(object, name, None) or method is getattr(BaseException, name, None) else method


    def _standard_parts(x, cls):
        if cls.__name__ in _uncopyable or hasattr(x, "__next__"):
            raise TypeError(f"cannot pickle {cls.__name__!r} object")
        keywords = {}
        if (method := getattr(cls, "__getnewargs_ex__", None)) is not None:
            arguments, keywords = method(x)
        elif (method := getattr(cls, "__getnewargs__", None)) is not None:
            arguments = method(x)
        elif isinstance(x, BaseException):
            return cls, x.args, getattr(x, "__dict__", None) or None
        else:
            arguments = _content(x)
        if (method := _own(cls, "__getstate__")) is not None:
            state = method(x)
        else:
            state = _standard_state(x, cls)
        elements = iter(x) if isinstance(x, list) else None
        items = iter(dict.items(x)) if isinstance(x, dict) else None
        if isinstance(x, set):
            return cls, (list(x),), state
        if isinstance(x, bytearray):
            return cls, (bytes(x),), state
        return (lambda *given: cls.__new__(cls, *given, **keywords)), tuple(arguments), state, elements, items


    def _content(x):
        """The argument of `__new__` that a subclass of an immutable built-in needs."""
        for cls in (int, float, complex, bytes):
            if isinstance(x, cls):
                return (cls(x),)
        if isinstance(x, str):
            return (str.__str__(x),)
        if isinstance(x, (tuple, frozenset)):
            return (list(x),)
        return ()


    def _standard_state(x, cls):
        values = getattr(x, "__dict__", None) or None
        slots = {}
        for ancestor in cls.__mro__:
            names = ancestor.__dict__.get("__slots__", ())
            for name in (names,) if isinstance(names, str) else names:
                if name in ("__dict__", "__weakref__"):
                    continue
                if name.startswith("__") and not name.endswith("__"):
                    name = f"_{ancestor.__name__.lstrip('_')}{name}"
                if hasattr(x, name):
                    slots[name] = getattr(x, name)
        return (values, slots) if slots else values


    def _reconstruct(x, make, arguments=(), state=None, elements=None, items=None, memo=None):
        deep = memo is not None
        if deep and arguments:
            arguments = [deepcopy(argument, memo) for argument in arguments]
        made = make(*arguments)
        if deep:
            memo[id(x)] = made
        if state is not None:
            if deep:
                state = deepcopy(state, memo)
            if hasattr(made, "__setstate__"):
                made.__setstate__(state)
            else:
                slots = None
                if isinstance(state, tuple) and len(state) == 2:
                    state, slots = state
                if state is not None:
                    made.__dict__.update(state)
                if slots is not None:
                    for name, value in slots.items():
                        setattr(made, name, value)
        if elements is not None:
            for element in elements:
                made.append(deepcopy(element, memo) if deep else element)
        if items is not None:
            for key, value in items:
                if deep:
                    made[deepcopy(key, memo)] = deepcopy(value, memo)
                else:
                    made[key] = value
        return made


    def replace(obj, /, **changes):
        """A copy with some fields changed, by the object's own `__replace__`."""
        method = getattr(type(obj), "__replace__", None)
        if method is None:
            raise TypeError(f"replace() does not support {type(obj).__name__} objects")
        return method(obj, **changes)
    """#
}
