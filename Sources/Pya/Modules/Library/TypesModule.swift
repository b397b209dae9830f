extension Library {
  /// `types`
  static let typesSource = #"""
    """Names of the types that built-in functions and syntax make."""


    def _function():
        cell = None

        def inner():
            nonlocal cell

        return inner


    async def _coroutine():
        pass


    async def _async_generator():
        yield


    class _Class:
        __slots__ = ("slot",)

        def method(self):
            pass


    FunctionType = type(_function)
    LambdaType = FunctionType
    CodeType = type(_function.__code__)
    CellType = type(_function().__closure__[0])
    MethodType = type(_Class().method)
    BuiltinFunctionType = type(len)
    BuiltinMethodType = BuiltinFunctionType
    WrapperDescriptorType = type(object.__init__)
    MethodWrapperType = type(object().__str__)
    MethodDescriptorType = type(str.join)
    ClassMethodDescriptorType = type(dict.__dict__["fromkeys"])
    GetSetDescriptorType = type(FunctionType.__code__)
    MemberDescriptorType = type(_Class.slot)
    MappingProxyType = type(type.__dict__)
    GeneratorType = type(_ for _ in ())
    AsyncGeneratorType = type(_async_generator())
    _made = _coroutine()
    CoroutineType = type(_made)
    _made.close()
    GenericAlias = type(list[int])
    UnionType = type(int | str)
    EllipsisType = type(Ellipsis)
    NoneType = type(None)
    NotImplementedType = type(NotImplemented)

    import sys as _sys

    ModuleType = type(_sys)

    try:
        raise TypeError
    except TypeError as _error:
        TracebackType = type(_error.__traceback__)
        FrameType = type(_error.__traceback__.tb_frame)


    class SimpleNamespace:
        """An object whose attributes are its arguments."""

        def __init__(self, mapping_or_iterable=(), /, **kwargs):
            if mapping_or_iterable:
                for name in dict(mapping_or_iterable):
                    if not isinstance(name, str):
                        raise TypeError("keywords must be strings")
                self.__dict__.update(mapping_or_iterable)
            self.__dict__.update(kwargs)

        def __repr__(self):
            name = "namespace" if type(self) is SimpleNamespace else type(self).__name__
            if id(self) in _shown:
                return f"{name}(...)"
            _shown.add(id(self))
            try:
                items = (f"{key}={value!r}" for key, value in self.__dict__.items())
                return f"{name}({', '.join(items)})"
            finally:
                _shown.discard(id(self))

        def __eq__(self, other):
            if isinstance(self, SimpleNamespace) and isinstance(other, SimpleNamespace):
                return self.__dict__ == other.__dict__
            return NotImplemented

        __hash__ = None

        def __replace__(self, /, **changes):
            made = type(self)(**self.__dict__)
            made.__dict__.update(changes)
            return made


    _shown = set()


    def resolve_bases(bases):
        """The bases of a class statement, with `__mro_entries__` followed."""
        found = []
        for base in bases:
            if isinstance(base, type) and not isinstance(base, GenericAlias) or not hasattr(base, "__mro_entries__"):
                found.append(base)
            else:
                found.extend(base.__mro_entries__(bases))
        same = len(found) == len(bases) and all(a is b for a, b in zip(found, bases))
        return bases if same else tuple(found)


    def prepare_class(name, bases=(), kwds=None):
        """The metaclass, the namespace and the keywords for a class."""
        kwds = dict(kwds or {})
        if "metaclass" in kwds:
            meta = kwds.pop("metaclass")
        else:
            meta = type(bases[0]) if bases else type
        if isinstance(meta, type):
            for base in bases:
                if issubclass(type(base), meta):
                    meta = type(base)
                elif not issubclass(meta, type(base)):
                    raise TypeError(
                        "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass "
                        "of the metaclasses of all its bases"
                    )
        namespace = meta.__prepare__(name, bases, **kwds) if hasattr(meta, "__prepare__") else {}
        return meta, namespace, kwds


    def new_class(name, bases=(), kwds=None, exec_body=None):
        """Make a class as the class statement does."""
        resolved = resolve_bases(bases)
        meta, namespace, kwds = prepare_class(name, resolved, kwds)
        if exec_body is not None:
            exec_body(namespace)
        if resolved is not bases:
            namespace["__orig_bases__"] = bases
        namespace.setdefault("__module__", "types")
        return meta(name, resolved, namespace, **kwds)


    def get_original_bases(cls, /):
        """The bases as the class statement has them, with their type arguments."""
        try:
            return cls.__dict__.get("__orig_bases__", cls.__bases__)
        except AttributeError:
            raise TypeError(f"Expected an instance of type, not {type(cls).__name__!r}") from None


    class DynamicClassAttribute:
        """A property of instances alone: asked of the class, it is not there."""

        def __init__(self, fget=None, fset=None, fdel=None, doc=None):
            self.fget = fget
            self.fset = fset
            self.fdel = fdel
            self.__doc__ = doc or fget.__doc__
            self.__isabstractmethod__ = bool(getattr(fget, "__isabstractmethod__", False))

        def __get__(self, instance, ownerclass=None):
            if instance is None:
                if self.__isabstractmethod__:
                    return self
                raise AttributeError()
            if self.fget is None:
                raise AttributeError("unreadable attribute")
            return self.fget(instance)

        def __set__(self, instance, value):
            if self.fset is None:
                raise AttributeError("can't set attribute")
            self.fset(instance, value)

        def __delete__(self, instance):
            if self.fdel is None:
                raise AttributeError("can't delete attribute")
            self.fdel(instance)


    class _AwaitableGenerator:
        """A generator that `await` takes."""

        def __init__(self, generator):
            self._generator = generator

        def __await__(self):
            return self._generator

        def __iter__(self):
            return self._generator

        def __getattr__(self, name):
            return getattr(self._generator, name)


    def coroutine(func):
        """Let a generator function be awaited."""
        if not callable(func):
            raise TypeError("types.coroutine() expects a callable")

        def wrapper(*args, **kwargs):
            made = func(*args, **kwargs)
            return _AwaitableGenerator(made) if isinstance(made, GeneratorType) else made

        wrapper.__name__ = func.__name__
        wrapper.__qualname__ = func.__qualname__
        wrapper.__doc__ = func.__doc__
        wrapper.__wrapped__ = func
        return wrapper


    __all__ = [_name for _name in globals() if not _name.startswith("_")]
    """#
}
