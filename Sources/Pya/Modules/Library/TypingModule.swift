extension Library {
  /// `typing`
  static let typingSource = #"""
    """Type hints: objects that stand for types in annotations, and mean nothing while a program runs.

    What rests on `collections.abc` or `abc` is made when a program first asks for it (`__getattr__` at the end).
    """

    import sys
    from types import (
        FunctionType as _FunctionType, GenericAlias as _BuiltinAlias, MappingProxyType as _MappingProxyType,
        MethodType as _MethodType, UnionType as _UnionType,
    )

    TYPE_CHECKING = False
    _NoneType = type(None)


    def _type_repr(obj):
        if isinstance(obj, tuple):
            return "[" + ", ".join(_type_repr(each) for each in obj) + "]"
        if isinstance(obj, type) and not isinstance(obj, _BuiltinAlias):
            return obj.__qualname__ if obj.__module__ == "builtins" else f"{obj.__module__}.{obj.__qualname__}"
        if obj is ...:
            return "..."
        if isinstance(obj, _FunctionType):
            return obj.__name__
        return repr(obj)


    def _type_check(arg, msg):
        if arg is None:
            return _NoneType
        if isinstance(arg, str):
            return ForwardRef(arg)
        if arg in (Generic, Any) or isinstance(arg, type) or callable(arg) or isinstance(arg, (_UnionType, ForwardRef)):
            return arg
        if isinstance(arg, _SpecialForm) and arg._name in ("ClassVar", "Final"):
            raise TypeError(f"Plain {arg} is not valid as type argument")
        if isinstance(arg, (_SpecialForm, _TypeParameter, _AnyAlias, list)):
            return arg
        raise TypeError(f"{msg} Got {arg!r:.100}.")


    def _unique(values):
        found = []
        for value in values:
            if not any(value == other and type(value) is type(other) for other in found):
                found.append(value)
        return tuple(found)


    def _collect_parameters(args):
        """The type variables in type arguments, in order of first appearance."""
        found = []
        for arg in args:
            if isinstance(arg, type) and not isinstance(arg, _BuiltinAlias):
                continue
            if isinstance(arg, _TypeParameter):
                inner = (arg,)
            elif isinstance(arg, (tuple, list)):
                inner = _collect_parameters(arg)
            else:
                inner = getattr(arg, "__parameters__", ())
            for parameter in inner:
                if parameter not in found:
                    found.append(parameter)
        return tuple(found)


    # Type variables.


    class _NoDefaultType:
        def __repr__(self):
            return "typing.NoDefault"


    NoDefault = _NoDefaultType()


    class _Unionable:
        """What `|` combines to a union."""

        def __or__(self, other):
            return Union[self, other]

        def __ror__(self, other):
            return Union[other, self]


    class _TypeParameter(_Unionable):
        __default__ = NoDefault

        def __typing_subst__(self, arg):
            return arg

        def has_default(self):
            return self.__default__ is not NoDefault

        def __repr__(self):
            if self.__infer_variance__:
                return self.__name__
            return ("+" if self.__covariant__ else "-" if self.__contravariant__ else "~") + self.__name__

        def __mro_entries__(self, bases):
            raise TypeError(f"Cannot subclass an instance of {type(self).__name__}")


    def _check_variance(covariant, contravariant):
        if covariant and contravariant:
            raise ValueError("Bivariant types are not supported.")


    class TypeVar(_TypeParameter):
        """A type variable."""

        def __init__(
            self, name, *constraints, bound=None, covariant=False, contravariant=False, infer_variance=False,
            default=NoDefault,
        ):
            _check_variance(covariant, contravariant)
            if len(constraints) == 1:
                raise TypeError("A single constraint is not allowed")
            if constraints and bound is not None:
                raise TypeError("Constraints cannot be combined with bound=...")
            self.__name__ = name
            self.__constraints__ = constraints
            self.__bound__ = bound
            self.__covariant__ = covariant
            self.__contravariant__ = contravariant
            self.__infer_variance__ = infer_variance
            self.__default__ = default
            self.__module__ = "__main__"


    class ParamSpecArgs:
        def __init__(self, origin):
            self.__origin__ = origin

        def __repr__(self):
            return f"{self.__origin__.__name__}.args"

        def __eq__(self, other):
            return isinstance(other, ParamSpecArgs) and self.__origin__ == other.__origin__


    class ParamSpecKwargs:
        def __init__(self, origin):
            self.__origin__ = origin

        def __repr__(self):
            return f"{self.__origin__.__name__}.kwargs"

        def __eq__(self, other):
            return isinstance(other, ParamSpecKwargs) and self.__origin__ == other.__origin__


    class ParamSpec(_TypeParameter):
        """A variable for the parameters of a function."""

        def __init__(
            self, name, *, bound=None, covariant=False, contravariant=False, infer_variance=False, default=NoDefault
        ):
            _check_variance(covariant, contravariant)
            self.__name__ = name
            self.__bound__ = bound
            self.__covariant__ = covariant
            self.__contravariant__ = contravariant
            self.__infer_variance__ = infer_variance
            self.__default__ = default
            self.__module__ = "__main__"

        @property
        def args(self):
            return ParamSpecArgs(self)

        @property
        def kwargs(self):
            return ParamSpecKwargs(self)


    class TypeVarTuple(_TypeParameter):
        """A variable for any number of types."""

        def __init__(self, name, *, default=NoDefault, bound=None, infer_variance=False):
            self.__name__ = name
            self.__default__ = default
            self.__module__ = "__main__"

        def __iter__(self):
            yield Unpack[self]

        def __repr__(self):
            return self.__name__


    class TypeAliasType(_Unionable):
        """`type Name = value`."""

        def __init__(self, name, value, *, type_params=(), _thunk=None):
            self.__name__ = name
            self.__type_params__ = type_params
            self.__module__ = "__main__"
            self._thunk = _thunk
            self._value = value

        @property
        def __value__(self):
            if self._thunk is not None:
                self._value = self._thunk()
                self._thunk = None
            return self._value

        @property
        def __parameters__(self):
            return self.__type_params__

        def __getitem__(self, item):
            return _GenericAlias(self, item if isinstance(item, tuple) else (item,))

        def __repr__(self):
            return self.__name__


    def _lazy_type_alias(name, thunk, type_params=()):
        return TypeAliasType(name, None, type_params=type_params, _thunk=thunk)


    class ForwardRef:
        """An annotation that is text for now."""

        def __init__(self, arg, is_argument=True, module=None, *, is_class=False):
            if not isinstance(arg, str):
                raise TypeError(f"Forward reference must be a string -- got {arg!r}")
            try:
                compile(arg, "<string>", "eval")
            except SyntaxError:
                raise SyntaxError(f"Forward reference must be an expression -- got {arg!r}") from None
            self.__forward_arg__ = arg
            self.__forward_module__ = module

        def __eq__(self, other):
            return isinstance(other, ForwardRef) and self.__forward_arg__ == other.__forward_arg__

        def __hash__(self):
            return hash(self.__forward_arg__)

        def __or__(self, other):
            return Union[self, other]

        def __ror__(self, other):
            return Union[other, self]

        def __repr__(self):
            module = "" if self.__forward_module__ is None else f", module={self.__forward_module__!r}"
            return f"ForwardRef({self.__forward_arg__!r}{module})"


    # Special forms: `Any`, `Union`, `Literal`, ...


    class _SpecialForm(_Unionable):
        def __init__(self, name, subscript=None):
            self._name = name
            self._subscript = subscript

        def __mro_entries__(self, bases):
            raise TypeError(f"Cannot subclass {self!r}")

        def __repr__(self):
            return "typing." + self._name

        def __call__(self, *args, **kwds):
            raise TypeError(f"Cannot instantiate {self!r}")

        def __instancecheck__(self, obj):
            raise TypeError(f"{self} cannot be used with isinstance()")

        def __subclasscheck__(self, cls):
            raise TypeError(f"{self} cannot be used with issubclass()")

        def __getitem__(self, parameters):
            if self._subscript is None:
                raise TypeError(f"{self} is not subscriptable")
            return self._subscript(self, parameters)


    class _AnyMeta(type):
        def __instancecheck__(self, obj):
            if self is Any:
                raise TypeError("typing.Any cannot be used with isinstance()")
            return super().__instancecheck__(obj)

        def __repr__(self):
            return "typing.Any" if self is Any else super().__repr__()

        def __or__(self, other):
            return Union[self, other]

        def __ror__(self, other):
            return Union[other, self]


    class Any(metaclass=_AnyMeta):
        """Any type at all."""

        def __new__(cls, *args, **kwargs):
            if cls is Any:
                raise TypeError("Any cannot be instantiated")
            return super().__new__(cls)


    def _one_type(self, parameters):
        item = _type_check(parameters, f"{self} accepts only single type.")
        return _GenericAlias(self, (item,), name=self._name)


    def _union(self, parameters):
        if parameters == ():
            raise TypeError("Cannot take a Union of no types.")
        if not isinstance(parameters, tuple):
            parameters = (parameters,)
        flat = []
        for parameter in parameters:
            parameter = _type_check(parameter, "Union[arg, ...]: each arg must be a type.")
            if isinstance(parameter, _UnionAlias) or isinstance(parameter, _UnionType):
                flat.extend(parameter.__args__)
            else:
                flat.append(parameter)
        flat = _unique(flat)
        return flat[0] if len(flat) == 1 else _UnionAlias(self, flat)


    def _optional(self, parameters):
        return Union[_type_check(parameters, f"{self} requires a single type."), _NoneType]


    def _literal(self, parameters):
        if not isinstance(parameters, tuple):
            parameters = (parameters,)
        flat = []
        for parameter in parameters:
            flat.extend(parameter.__args__ if isinstance(parameter, _LiteralAlias) else (parameter,))
        return _LiteralAlias(self, _unique(flat))


    def _annotated(self, parameters):
        if not isinstance(parameters, tuple):
            raise TypeError("Annotated[...] should be used with at least two arguments (a type and an annotation).")
        origin = _type_check(parameters[0], "Annotated[t, ...]: t must be a type.")
        metadata = parameters[1:]
        if isinstance(origin, _AnnotatedAlias):
            origin, metadata = origin.__origin__, origin.__metadata__ + metadata
        return _AnnotatedAlias(origin, metadata)


    def _concatenate(self, parameters):
        return _GenericAlias(self, parameters if isinstance(parameters, tuple) else (parameters,), name="Concatenate")


    def _unpack(self, parameters):
        return _UnpackAlias(self, (_type_check(parameters, f"{self} accepts only single type."),), name="Unpack")


    NoReturn = _SpecialForm("NoReturn")
    Never = _SpecialForm("Never")
    Self = _SpecialForm("Self")
    LiteralString = _SpecialForm("LiteralString")
    TypeAlias = _SpecialForm("TypeAlias")
    ClassVar = _SpecialForm("ClassVar", _one_type)
    Final = _SpecialForm("Final", _one_type)
    TypeGuard = _SpecialForm("TypeGuard", _one_type)
    TypeIs = _SpecialForm("TypeIs", _one_type)
    Required = _SpecialForm("Required", _one_type)
    NotRequired = _SpecialForm("NotRequired", _one_type)
    ReadOnly = _SpecialForm("ReadOnly", _one_type)
    Unpack = _SpecialForm("Unpack", _unpack)
    Union = _SpecialForm("Union", _union)
    Optional = _SpecialForm("Optional", _optional)
    Literal = _SpecialForm("Literal", _literal)
    Annotated = _SpecialForm("Annotated", _annotated)
    Concatenate = _SpecialForm("Concatenate", _concatenate)


    # Subscripted types: `List[int]`, `Stack[T]`.


    class _AnyAlias(_Unionable):
        """A type with or without arguments."""

        def __init__(self, origin, name=None):
            self.__origin__ = origin
            self._name = name

        def __call__(self, *args, **kwargs):
            if isinstance(self.__origin__, _SpecialForm):
                raise TypeError(f"Cannot instantiate {self.__origin__!r}")
            result = self.__origin__(*args, **kwargs)
            try:
                result.__orig_class__ = self
            except Exception:
                pass
            return result

        def __mro_entries__(self, bases):
            if isinstance(self.__origin__, _SpecialForm):
                raise TypeError(f"Cannot subclass {self!r}")
            entries = [self.__origin__] if self.__origin__ not in bases else []
            if self._name and not any(isinstance(base, _AnyAlias) and base is not self or _is_generic(base) for base in bases):
                entries.append(Generic)
            return tuple(entries)

        def __getattr__(self, attr):
            if attr in ("__name__", "__qualname__"):
                return self._name or self.__origin__.__name__
            if "__origin__" in self.__dict__ and not (attr.startswith("__") and attr.endswith("__")):
                return getattr(self.__origin__, attr)
            raise AttributeError(attr)

        def __instancecheck__(self, obj):
            return self.__subclasscheck__(type(obj))

        def __subclasscheck__(self, cls):
            raise TypeError("Subscripted generics cannot be used with class and instance checks")


    def _is_generic(base):
        return isinstance(base, type) and issubclass(base, Generic)


    class _GenericAlias(_AnyAlias):
        def __init__(self, origin, args, *, name=None):
            super().__init__(origin, name)
            self.__args__ = args if isinstance(args, tuple) else (args,)
            self.__parameters__ = _collect_parameters(self.__args__)
            if not name:
                self.__module__ = getattr(origin, "__module__", None)

        def __eq__(self, other):
            if not isinstance(other, _GenericAlias):
                return NotImplemented
            return self.__origin__ == other.__origin__ and self.__args__ == other.__args__

        def __hash__(self):
            return hash((self.__origin__, self.__args__))

        def __mro_entries__(self, bases):
            if self._name or isinstance(self.__origin__, _SpecialForm):
                return super().__mro_entries__(bases)
            if self.__origin__ is Generic:
                index = bases.index(self)
                for base in bases[index + 1:]:
                    if isinstance(base, _AnyAlias) and base is not self or _is_generic(base):
                        return ()
            return (self.__origin__,)

        def __getitem__(self, args):
            if self.__origin__ is Generic or getattr(self.__origin__, "__qualname__", "") == "Protocol":
                raise TypeError(f"Cannot subscript already-subscripted {self}")
            if not self.__parameters__:
                raise TypeError(f"{self} is not a generic class")
            args = args if isinstance(args, tuple) else (args,)
            args = tuple(_type_check(arg, "Parameters to generic types must be types.") for arg in args)
            if len(args) != len(self.__parameters__) and not any(isinstance(p, TypeVarTuple) for p in self.__parameters__):
                many = "many" if len(args) > len(self.__parameters__) else "few"
                raise TypeError(
                    f"Too {many} arguments for {self}; actual {len(args)}, expected {len(self.__parameters__)}"
                )
            chosen = dict(zip(self.__parameters__, args))
            return self._copy_with(tuple(_substituted(arg, chosen) for arg in self.__args__))

        def _copy_with(self, args):
            return self.__class__(self.__origin__, args, name=self._name)

        def __iter__(self):
            yield Unpack[self]

        def __repr__(self):
            shown = "typing." + self._name if self._name else _type_repr(self.__origin__)
            listed = ", ".join(_type_repr(arg) for arg in self.__args__) or "()"
            return f"{shown}[{listed}]"


    def _substituted(arg, chosen):
        if isinstance(arg, _TypeParameter):
            return chosen.get(arg, arg)
        if isinstance(arg, (tuple, list)):
            return type(arg)(_substituted(each, chosen) for each in arg)
        inner = getattr(arg, "__parameters__", ()) if not isinstance(arg, type) or isinstance(arg, _BuiltinAlias) else ()
        return arg[tuple(chosen.get(parameter, parameter) for parameter in inner)] if inner else arg


    class _UnionAlias(_GenericAlias):
        def __init__(self, origin, args, *, name="Union"):
            super().__init__(origin, args, name="Union")

        def _copy_with(self, args):
            return Union[args]

        def __eq__(self, other):
            if not isinstance(other, (_UnionAlias, _UnionType)):
                return NotImplemented
            return set(self.__args__) == set(other.__args__)

        def __hash__(self):
            return hash(frozenset(self.__args__))

        def __repr__(self):
            if len(self.__args__) == 2 and _NoneType in self.__args__:
                other = self.__args__[1] if self.__args__[0] is _NoneType else self.__args__[0]
                return f"typing.Optional[{_type_repr(other)}]"
            return super().__repr__()

        def __instancecheck__(self, obj):
            return any(isinstance(obj, arg) for arg in self.__args__)

        def __subclasscheck__(self, cls):
            return any(issubclass(cls, arg) for arg in self.__args__)


    class _LiteralAlias(_GenericAlias):
        def __init__(self, origin, args, *, name="Literal"):
            super().__init__(origin, args, name="Literal")
            self.__parameters__ = ()

        def __eq__(self, other):
            if not isinstance(other, _LiteralAlias):
                return NotImplemented
            return {(arg, type(arg)) for arg in self.__args__} == {(arg, type(arg)) for arg in other.__args__}

        def __hash__(self):
            return hash(frozenset((arg, type(arg)) for arg in self.__args__))

        def __repr__(self):
            return f"typing.Literal[{', '.join(map(repr, self.__args__))}]"


    class _AnnotatedAlias(_GenericAlias):
        def __init__(self, origin, metadata, *, name="Annotated"):
            super().__init__(origin, (origin,), name="Annotated")
            self.__metadata__ = metadata

        def _copy_with(self, args):
            return _AnnotatedAlias(args[0], self.__metadata__)

        def __eq__(self, other):
            if not isinstance(other, _AnnotatedAlias):
                return NotImplemented
            return self.__origin__ == other.__origin__ and self.__metadata__ == other.__metadata__

        def __hash__(self):
            return hash((self.__origin__, self.__metadata__))

        def __repr__(self):
            metadata = ", ".join(repr(each) for each in self.__metadata__)
            return f"typing.Annotated[{_type_repr(self.__origin__)}, {metadata}]"

        def __mro_entries__(self, bases):
            return (self.__origin__,)


    class _UnpackAlias(_GenericAlias):
        def __repr__(self):
            return f"typing.Unpack[{_type_repr(self.__args__[0])}]"


    class _CallableAlias(_GenericAlias):
        def __init__(self, origin, args, *, name="Callable"):
            super().__init__(origin, args, name="Callable")

        def __repr__(self):
            *parameters, result = self.__args__
            if len(parameters) == 1 and (parameters[0] is ... or isinstance(parameters[0], ParamSpec)):
                return f"typing.Callable[{_type_repr(parameters[0])}, {_type_repr(result)}]"
            if len(parameters) == 1 and getattr(parameters[0], "_name", None) == "Concatenate":
                return f"typing.Callable[{_type_repr(parameters[0])}, {_type_repr(result)}]"
            return f"typing.Callable[[{', '.join(_type_repr(each) for each in parameters)}], {_type_repr(result)}]"


    class _SpecialAlias(_AnyAlias):
        """`List`, `Iterable`, ...: another name of a class, with type arguments to come."""

        def __init__(self, origin, nparams, name=None):
            super().__init__(origin, name or origin.__name__)
            self._nparams = nparams
            self.__doc__ = f"A generic version of {origin.__module__}.{origin.__qualname__}."

        @property
        def __parameters__(self):
            return ()

        def __repr__(self):
            return "typing." + self._name

        def __subclasscheck__(self, cls):
            if isinstance(cls, _SpecialAlias):
                return issubclass(cls.__origin__, self.__origin__)
            return issubclass(cls, self.__origin__)

        def __getitem__(self, params):
            params = params if isinstance(params, tuple) else (params,)
            params = tuple(_type_check(param, "Parameters to generic types must be types.") for param in params)
            if self._nparams == 0:
                raise TypeError(f"{self} is not a generic class")
            most = self._nparams
            if len(params) != most and not (self._name in ("Generator", "AsyncGenerator") and len(params) <= most):
                many = "many" if len(params) > most else "few"
                raise TypeError(f"Too {many} arguments for {self}; actual {len(params)}, expected {most}")
            return _GenericAlias(self.__origin__, params, name=self._name)


    class _TupleAlias(_SpecialAlias):
        def __getitem__(self, params):
            params = params if isinstance(params, tuple) else (params,)
            if len(params) >= 2 and params[-1] is ...:
                types = [_type_check(param, "Tuple[t, ...]: t must be a type.") for param in params[:-1]]
                return _GenericAlias(tuple, (*types, ...), name="Tuple")
            types = tuple(_type_check(param, "Tuple[t0, t1, ...]: each t must be a type.") for param in params)
            return _GenericAlias(tuple, types, name="Tuple")


    class _ContextManagerAlias(_SpecialAlias):
        def __getitem__(self, params):
            params = params if isinstance(params, tuple) else (params,)
            return super().__getitem__((*params, bool | None) if len(params) == 1 else params)


    class _CallableForm(_SpecialAlias):
        def __getitem__(self, params):
            if not isinstance(params, tuple) or len(params) != 2:
                raise TypeError("Callable must be used as Callable[[arg, ...], result].")
            args, result = params
            result = _type_check(result, "Callable[args, result]: result must be a type.")
            if isinstance(args, list):
                args = tuple(_type_check(arg, "Callable[[arg, ...], result]: each arg must be a type.") for arg in args)
                return _CallableAlias(self.__origin__, (*args, result))
            return _CallableAlias(self.__origin__, (args, result))


    List = _SpecialAlias(list, 1, "List")
    Dict = _SpecialAlias(dict, 2, "Dict")
    Set = _SpecialAlias(set, 1, "Set")
    FrozenSet = _SpecialAlias(frozenset, 1, "FrozenSet")
    Type = _SpecialAlias(type, 1, "Type")
    Tuple = _TupleAlias(tuple, -1, "Tuple")
    Text = str


    class Generic:
        """Base of classes with type variables."""

        __slots__ = ()
        _is_protocol = False

        def __class_getitem__(cls, args):
            args = args if isinstance(args, tuple) else (args,)
            is_protocol_itself = cls.__dict__.get("_is_protocol_itself", False)
            if cls is Generic or is_protocol_itself:
                if not args:
                    raise TypeError(f"Parameter list to {cls.__qualname__}[...] cannot be empty")
                for arg in args:
                    if not isinstance(arg, _TypeParameter) and not isinstance(arg, _UnpackAlias):
                        raise TypeError(
                            f"Parameters to {cls.__name__}[...] must all be type variables or parameter specification "
                            "variables."
                        )
                if len(set(args)) != len(args):
                    raise TypeError(f"Parameters to {cls.__name__}[...] must all be unique")
                return _GenericAlias(cls, args)
            parameters = getattr(cls, "__parameters__", ())
            if not parameters:
                raise TypeError(f"{cls} is not a generic class")
            args = tuple(_type_check(arg, "Parameters to generic types must be types.") for arg in args)
            is_variadic = any(isinstance(p, TypeVarTuple) for p in parameters)
            if len(args) != len(parameters) and not is_variadic:
                defaults = sum(1 for parameter in parameters if parameter.has_default())
                if len(parameters) == 1 and isinstance(parameters[0], ParamSpec):
                    args = (args,)
                elif not len(parameters) - defaults <= len(args) <= len(parameters):
                    many = "many" if len(args) > len(parameters) else "few"
                    least = "at least " if many == "few" else ""
                    raise TypeError(
                        f"Too {many} arguments for {cls}; actual {len(args)}, expected {least}{len(parameters) - defaults}"
                    )
            return _GenericAlias(cls, args)

        def __init_subclass__(cls, *args, **kwargs):
            super().__init_subclass__(*args, **kwargs)
            bases = cls.__dict__.get("__orig_bases__", ())
            type_params = cls.__dict__.get("__type_params__", ())
            found = None
            for base in bases:
                if isinstance(base, _GenericAlias) and base.__origin__ is Generic:
                    if found is not None:
                        raise TypeError("Cannot inherit from Generic[...] multiple times.")
                    found = base.__parameters__
            if found is None:
                found = type_params or _collect_parameters(bases)
            cls.__parameters__ = tuple(found)


    # Classes with a syntax of their own.


    def _field_types(fields):
        return {name: _type_check(kind, f"field {name} annotation must be a type") for name, kind in fields}


    def _make_named_tuple(name, types, module, defaults=()):
        from collections import namedtuple

        made = namedtuple(name, list(types), defaults=defaults, module=module)
        made.__annotations__ = made.__new__.__annotations__ = types
        return made


    _reserved = frozenset({
        "__new__", "__init__", "__slots__", "__getnewargs__", "_fields", "_field_defaults", "_make", "_replace", "_asdict",
        "_source",
    })


    class _NamedTupleMeta(type):
        def __new__(cls, typename, bases, ns):
            for base in bases:
                if base is not _NamedTuple and base is not Generic:
                    raise TypeError("can only inherit from a NamedTuple type and Generic")
            types = _field_types(ns.get("__annotations__", {}).items())
            defaults = []
            for name in types:
                if name in ns:
                    defaults.append(name)
                elif defaults:
                    raise TypeError(
                        f"Non-default namedtuple field {name} cannot follow default field{'s' if len(defaults) > 1 else ''} "
                        f"{', '.join(defaults)}"
                    )
            made = _make_named_tuple(typename, types, ns["__module__"], [ns[name] for name in defaults])
            if Generic in bases or "__orig_bases__" in ns and any(
                isinstance(base, _GenericAlias) for base in ns["__orig_bases__"]
            ):
                made.__class_getitem__ = classmethod(lambda cls, item: _BuiltinAlias(cls, item))
            for key, value in ns.items():
                if key in _reserved:
                    raise AttributeError("Cannot overwrite NamedTuple attribute " + key)
                if key not in ("__module__", "__annotations__", "__orig_bases__", "__qualname__") and key not in types:
                    setattr(made, key, value)
                    method = getattr(type(value), "__set_name__", None)
                    if method is not None:
                        method(value, made, key)
            made.__qualname__ = ns.get("__qualname__", typename)
            if "__doc__" in ns and ns["__doc__"]:
                made.__doc__ = ns["__doc__"]
            made.__orig_bases__ = (NamedTuple,)
            return made


    def NamedTuple(typename, fields=None, /, **kwargs):
        """A named tuple with types: `class P(NamedTuple)` or `NamedTuple("P", [("x", int)])`."""
        if fields is None:
            fields = kwargs.items()
        made = _make_named_tuple(typename, _field_types(fields), "__main__")
        made.__orig_bases__ = (NamedTuple,)
        return made


    _NamedTuple = type.__new__(_NamedTupleMeta, "NamedTuple", (), {})
    NamedTuple.__mro_entries__ = lambda bases: (_NamedTuple,)


    class _TypedDictMeta(type):
        def __new__(cls, name, bases, ns, total=True):
            for base in bases:
                if type(base) is not _TypedDictMeta and base is not Generic:
                    raise TypeError("cannot inherit from both a TypedDict type and a non-TypedDict base class")
            own = {
                key: _type_check(kind, "TypedDict('Name', {f0: t0, f1: t1, ...}); each t must be a type")
                for key, kind in ns.get("__annotations__", {}).items()
            }
            made = type.__new__(_TypedDictMeta, name, (dict,), ns)
            annotations = {}
            required = set()
            optional = set()
            for base in bases:
                annotations.update(base.__dict__.get("__annotations__", {}))
                required |= base.__dict__.get("__required_keys__", set())
                optional |= base.__dict__.get("__optional_keys__", set())
            annotations.update(own)
            for key, kind in own.items():
                origin = getattr(kind, "__origin__", None)
                is_required = origin is Required or total and origin is not NotRequired
                (required if is_required else optional).add(key)
                (optional if is_required else required).discard(key)
            made.__annotations__ = annotations
            made.__required_keys__ = frozenset(required)
            made.__optional_keys__ = frozenset(optional)
            made.__readonly_keys__ = frozenset()
            made.__mutable_keys__ = frozenset(annotations)
            made.__total__ = total
            made.__orig_bases__ = ns.get("__orig_bases__", (TypedDict,))
            return made

        def __call__(cls, /, *args, **kwargs):
            return dict(*args, **kwargs)

        def __instancecheck__(cls, instance):
            raise TypeError("TypedDict does not support instance and class checks")

        def __subclasscheck__(cls, other):
            raise TypeError("TypedDict does not support instance and class checks")


    def TypedDict(typename, fields=None, /, *, total=True, **kwargs):
        """A dictionary with these keys: `class D(TypedDict)` or `TypedDict("D", {"x": int})`."""
        ns = {"__annotations__": dict(kwargs if fields is None else fields), "__module__": "__main__"}
        return _TypedDictMeta(typename, (), ns, total=total)


    _TypedDict = type.__new__(_TypedDictMeta, "TypedDict", (), {})
    TypedDict.__mro_entries__ = lambda bases: (_TypedDict,)


    class NewType(_Unionable):
        """A distinct type for type checkers; when the program runs, a function that returns its argument."""

        def __init__(self, name, tp):
            self.__qualname__ = name
            self.__name__ = name.split(".")[-1]
            self.__supertype__ = tp
            self.__module__ = "__main__"

        def __call__(self, x):
            return x

        def __repr__(self):
            return f"{self.__module__}.{self.__qualname__}"

        def __mro_entries__(self, bases):
            raise TypeError(
                "Cannot subclass an instance of NewType. "
                f"Perhaps you were looking for: `{bases[0].__name__} = NewType({bases[0].__name__!r}, {self.__name__})`"
            )


    # Functions.


    def cast(typ, val):
        """The value, which type checkers take to be of the type."""
        return val


    def assert_type(val, typ, /):
        return val


    def assert_never(arg, /):
        raise AssertionError(f"Expected code to be unreachable, but got: {arg!r:.100}")


    def reveal_type(obj, /):
        print(f"Runtime type is {type(obj).__name__!r}", file=sys.stderr)
        return obj


    _overloads = {}


    def _refuse_overload(*args, **kwds):
        raise NotImplementedError(
            "You should not call an overloaded function. A series of @overload-decorated functions outside a stub module "
            "should always be followed by an implementation that is not @overload-ed."
        )


    def overload(func):
        """One of the signatures of a function."""
        actual = getattr(func, "__func__", func)
        _overloads.setdefault((actual.__module__, actual.__qualname__), []).append(func)
        return _refuse_overload


    def get_overloads(func):
        actual = getattr(func, "__func__", func)
        return list(_overloads.get((actual.__module__, actual.__qualname__), ()))


    def clear_overloads():
        _overloads.clear()


    def _marked(name):
        def decorator(f):
            try:
                setattr(f, name, True)
            except (AttributeError, TypeError):
                pass
            return f

        return decorator


    final = _marked("__final__")
    override = _marked("__override__")
    no_type_check = _marked("__no_type_check__")


    def no_type_check_decorator(decorator):
        return decorator


    def dataclass_transform(**parameters):
        def decorator(cls_or_fn):
            cls_or_fn.__dataclass_transform__ = parameters
            return cls_or_fn

        return decorator


    def get_origin(tp):
        """`list` for `List[int]`, `Union` for `Optional[int]`; None for what has no arguments."""
        if isinstance(tp, _AnnotatedAlias):
            return Annotated
        if isinstance(tp, (_AnyAlias, _BuiltinAlias, ParamSpecArgs, ParamSpecKwargs)):
            return tp.__origin__
        if tp is Generic:
            return Generic
        if isinstance(tp, _UnionType):
            return _UnionType
        return getattr(tp, "__origin__", None) if type(tp).__name__ == "_CallableAlias" else None


    def get_args(tp):
        """`(int,)` for `List[int]`."""
        if isinstance(tp, _AnnotatedAlias):
            return (tp.__origin__,) + tp.__metadata__
        if isinstance(tp, _CallableAlias) or type(tp).__name__ == "_CallableAlias":
            *parameters, result = tp.__args__
            if len(parameters) == 1 and (parameters[0] is ... or isinstance(parameters[0], ParamSpec)):
                return tp.__args__
            return (parameters, result)
        if isinstance(tp, (_GenericAlias, _BuiltinAlias, _UnionType)):
            return tp.__args__
        return ()


    def is_typeddict(tp):
        return isinstance(tp, _TypedDictMeta) and tp is not _TypedDict


    def _strip_extras(tp):
        if isinstance(tp, _AnnotatedAlias):
            return _strip_extras(tp.__origin__)
        if isinstance(tp, _GenericAlias):
            if tp.__origin__ in (Required, NotRequired, ReadOnly):
                return _strip_extras(tp.__args__[0])
            if isinstance(tp, _LiteralAlias):
                return tp
            return tp._copy_with(tuple(_strip_extras(arg) for arg in tp.__args__))
        if isinstance(tp, _BuiltinAlias):
            return _BuiltinAlias(tp.__origin__, tuple(_strip_extras(arg) for arg in tp.__args__))
        return tp


    def _resolved(value, globalns, localns):
        if value is None:
            return _NoneType
        if isinstance(value, str):
            value = ForwardRef(value)
        if isinstance(value, ForwardRef):
            found = eval(value.__forward_arg__, globalns, localns)
            return _resolved(found, globalns, localns)
        if isinstance(value, _LiteralAlias):
            return value
        if isinstance(value, _AnnotatedAlias):
            return _AnnotatedAlias(_resolved(value.__origin__, globalns, localns), value.__metadata__)
        if isinstance(value, _GenericAlias):
            return value._copy_with(tuple(_resolved_argument(arg, globalns, localns) for arg in value.__args__))
        if isinstance(value, _BuiltinAlias):
            return _BuiltinAlias(
                value.__origin__, tuple(_resolved_argument(arg, globalns, localns) for arg in value.__args__)
            )
        return value


    def _resolved_argument(arg, globalns, localns):
        if isinstance(arg, (str, ForwardRef, _GenericAlias, _BuiltinAlias)):
            return _resolved(arg, globalns, localns)
        return arg


    def get_type_hints(obj, globalns=None, localns=None, include_extras=False):
        """The annotations of a class, function or module, with text evaluated."""
        hints = {}
        if isinstance(obj, type):
            for base in reversed(obj.__mro__):
                if globalns is None:
                    module = sys.modules.get(base.__module__)
                    names = getattr(module, "__dict__", {})
                else:
                    names = globalns
                own = dict(vars(base)) if localns is None else localns
                if isinstance(base, _TypedDictMeta) or base.__module__ != "builtins":
                    for name, value in base.__dict__.get("__annotations__", {}).items():
                        hints[name] = _resolved(value, names, own)
        else:
            annotations = getattr(obj, "__annotations__", None)
            if annotations is None:
                raise TypeError(f"{obj!r} is not a module, class, method, or function.")
            if globalns is None:
                target = obj
                while hasattr(target, "__wrapped__"):
                    target = target.__wrapped__
                globalns = getattr(target, "__globals__", None) or getattr(target, "__dict__", {})
            for name, value in annotations.items():
                hints[name] = _resolved(value, globalns, globalns if localns is None else localns)
        return hints if include_extras else {name: _strip_extras(value) for name, value in hints.items()}


    AnyStr = TypeVar("AnyStr", bytes, str)
    T = TypeVar("T")
    KT = TypeVar("KT")
    VT = TypeVar("VT")
    T_co = TypeVar("T_co", covariant=True)
    V_co = TypeVar("V_co", covariant=True)
    VT_co = TypeVar("VT_co", covariant=True)
    T_contra = TypeVar("T_contra", contravariant=True)


    # What is made on demand.


    def _make_protocol():
        from abc import ABCMeta

        object_attributes = {
            "__abstractmethods__", "__annotations__", "__dict__", "__doc__", "__init__", "__module__", "__new__", "__slots__",
            "__subclasshook__", "__weakref__", "__class_getitem__", "__match_args__", "__static_attributes__",
            "__firstlineno__", "__parameters__", "__orig_bases__", "__orig_class__", "__type_params__", "_is_protocol",
            "_is_runtime_protocol", "__protocol_attrs__", "__non_callable_proto_members__", "_abc_impl", "__qualname__",
            "__hash__", "__init_subclass__", "_is_protocol_itself",
        }

        def members_of(cls):
            found = set()
            for base in cls.__mro__[:-1]:
                if base is Generic or base.__dict__.get("_is_protocol_itself"):
                    continue
                for name in [*base.__dict__, *base.__dict__.get("__annotations__", {})]:
                    if not name.startswith("_abc_") and name not in object_attributes:
                        found.add(name)
            return found

        def refuse_init(self, *args, **kwargs):
            if type(self)._is_protocol:
                raise TypeError("Protocols cannot be instantiated")

        class _ProtocolMeta(ABCMeta):
            def __instancecheck__(cls, instance):
                if not getattr(cls, "_is_protocol", False):
                    return super().__instancecheck__(instance)
                if not getattr(cls, "_is_runtime_protocol", False):
                    raise TypeError("Instance and class checks can only be used with @runtime_checkable protocols")
                if ABCMeta.__subclasscheck__(cls, type(instance)):
                    return True
                for name in cls.__protocol_attrs__:
                    if not hasattr(instance, name):
                        return False
                    if getattr(instance, name) is None and callable(getattr(cls, name, None)):
                        return False
                return True

            def __subclasscheck__(cls, other):
                if not cls.__dict__.get("_is_protocol", False) or cls.__dict__.get("_is_protocol_itself"):
                    return super().__subclasscheck__(other)
                if not isinstance(other, type):
                    raise TypeError("issubclass() arg 1 must be a class")
                if cls in other.__mro__:
                    return True
                if not getattr(cls, "_is_runtime_protocol", False):
                    raise TypeError("Instance and class checks can only be used with @runtime_checkable protocols")
                data = sorted(name for name in cls.__protocol_attrs__ if not callable(getattr(cls, name, None)))
                if data:
                    raise TypeError(
                        "Protocols with non-method members don't support issubclass(). "
                        f"Non-method members: {str(data)[1:-1]}."
                    )
                return super().__subclasscheck__(other)

        def subclass_hook(cls, other):
            if not cls.__dict__.get("_is_protocol", False):
                return NotImplemented
            for name in cls.__protocol_attrs__:
                for base in other.__mro__:
                    if name in base.__dict__:
                        if base.__dict__[name] is None:
                            return NotImplemented
                        break
                    if name in base.__dict__.get("__annotations__", {}) and getattr(base, "_is_protocol", False):
                        break
                else:
                    return NotImplemented
            return True

        class Protocol(Generic, metaclass=_ProtocolMeta):
            """Base of classes that say which methods and attributes an object must have."""

            __slots__ = ()
            _is_protocol = True
            _is_runtime_protocol = False
            _is_protocol_itself = True

            def __init_subclass__(cls, *args, **kwargs):
                super().__init_subclass__(*args, **kwargs)
                if not cls.__dict__.get("_is_protocol", False):
                    cls._is_protocol = any(base is Protocol for base in cls.__bases__)
                cls._is_runtime_protocol = cls.__dict__.get("_is_runtime_protocol", False)
                if cls._is_protocol:
                    cls.__protocol_attrs__ = members_of(cls)
                    if "__subclasshook__" not in cls.__dict__:
                        cls.__subclasshook__ = classmethod(subclass_hook)
                    if cls.__init__ is Protocol.__init__:
                        cls.__init__ = refuse_init
                elif cls.__init__ is refuse_init:
                    cls.__init__ = object.__init__

        Protocol.__module__ = "typing"
        Protocol.__qualname__ = "Protocol"
        return Protocol


    def runtime_checkable(cls):
        """Let `isinstance` look whether an object has what the protocol says."""
        if not (isinstance(cls, type) and issubclass(cls, Generic)) or not getattr(cls, "_is_protocol", False):
            raise TypeError(f"@runtime_checkable can be only applied to protocol classes, got {cls!r}")
        cls._is_runtime_protocol = True
        return cls


    runtime = runtime_checkable


    def is_protocol(tp, /):
        return isinstance(tp, type) and getattr(tp, "_is_protocol", False) and not tp.__dict__.get("_is_protocol_itself")


    def get_protocol_members(tp, /):
        if not is_protocol(tp):
            raise TypeError(f"{tp!r} is not a Protocol")
        return frozenset(tp.__protocol_attrs__)


    _supports = {
        "SupportsInt": "__int__", "SupportsFloat": "__float__", "SupportsComplex": "__complex__",
        "SupportsBytes": "__bytes__", "SupportsIndex": "__index__", "SupportsAbs": "__abs__", "SupportsRound": "__round__",
    }

    _abc_aliases = {
        "Awaitable": 1, "Coroutine": 3, "AsyncIterable": 1, "AsyncIterator": 1, "AsyncGenerator": 2, "Iterable": 1,
        "Iterator": 1, "Container": 1, "Collection": 1, "MutableSet": 1, "Mapping": 2, "MutableMapping": 2, "Sequence": 1,
        "MutableSequence": 1, "MappingView": 1, "KeysView": 1, "ItemsView": 2, "ValuesView": 1, "Generator": 3,
        "Reversible": 1, "Hashable": 0, "Sized": 0, "ByteString": 0,
    }

    _collections_aliases = {
        "Deque": ("deque", 1), "DefaultDict": ("defaultdict", 2), "OrderedDict": ("OrderedDict", 2), "Counter": ("Counter", 1),
        "ChainMap": ("ChainMap", 2),
    }


    def _make_supports(name, method):
        def abstract(self):
            pass

        abstract.__isabstractmethod__ = True
        abstract.__name__ = method
        protocol = globals().get("Protocol") or __getattr__("Protocol")
        made = type(protocol)(name, (protocol,), {method: abstract, "__slots__": (), "__module__": "typing"})
        return runtime_checkable(made)


    def _make_io(name):
        class IO(Generic[AnyStr]):
            """A file."""

            __slots__ = ()

        class BinaryIO(IO[bytes]):
            __slots__ = ()

        class TextIO(IO[str]):
            __slots__ = ()

        for each in (IO, BinaryIO, TextIO):
            each.__module__ = "typing"
            each.__qualname__ = each.__name__
            globals()[each.__name__] = each
        return globals()[name]


    def _make(name):
        if name == "Protocol":
            return _make_protocol()
        if name == "Callable":
            import collections.abc

            return _CallableForm(collections.abc.Callable, 2, "Callable")
        if name in _abc_aliases:
            import collections.abc

            return _SpecialAlias(getattr(collections.abc, name), _abc_aliases[name], name)
        if name == "AbstractSet":
            import collections.abc

            return _SpecialAlias(collections.abc.Set, 1, "AbstractSet")
        if name in _collections_aliases:
            import collections

            attribute, count = _collections_aliases[name]
            return _SpecialAlias(getattr(collections, attribute), count, name)
        if name in ("ContextManager", "AsyncContextManager"):
            import contextlib

            return _ContextManagerAlias(getattr(contextlib, "Abstract" + name), 2, name)
        if name in _supports:
            return _make_supports(name, _supports[name])
        if name in ("Pattern", "Match"):
            import re

            return _SpecialAlias(getattr(re, name), 1, name)
        if name in ("IO", "TextIO", "BinaryIO"):
            return _make_io(name)
        raise AttributeError(f"module 'typing' has no attribute {name!r}")


    def __getattr__(name):
        made = globals()[name] = _make(name)
        return made


    __all__ = [
        "Annotated", "Any", "Callable", "ClassVar", "Concatenate", "Final", "ForwardRef", "Generic", "Literal", "Optional",
        "ParamSpec", "Protocol", "Tuple", "Type", "TypeVar", "TypeVarTuple", "Union", "AbstractSet", "ByteString",
        "Container", "ContextManager", "Hashable", "ItemsView", "Iterable", "Iterator", "KeysView", "Mapping",
        "MappingView", "MutableMapping", "MutableSequence", "MutableSet", "Sequence", "Sized", "ValuesView", "Awaitable",
        "AsyncIterator", "AsyncIterable", "Coroutine", "Collection", "AsyncGenerator", "AsyncContextManager",
        "Reversible", "SupportsAbs", "SupportsBytes", "SupportsComplex", "SupportsFloat", "SupportsIndex", "SupportsInt",
        "SupportsRound", "ChainMap", "Counter", "Deque", "Dict", "DefaultDict", "List", "OrderedDict", "Set", "FrozenSet",
        "NamedTuple", "TypedDict", "Generator", "BinaryIO", "IO", "Match", "Pattern", "TextIO", "AnyStr", "assert_type",
        "assert_never", "cast", "clear_overloads", "dataclass_transform", "final", "get_args", "get_origin",
        "get_overloads", "get_protocol_members", "get_type_hints", "is_protocol", "is_typeddict", "LiteralString", "Never",
        "NewType", "no_type_check", "no_type_check_decorator", "NoDefault", "NoReturn", "NotRequired", "overload",
        "override", "ParamSpecArgs", "ParamSpecKwargs", "ReadOnly", "Required", "reveal_type", "runtime_checkable",
        "Self", "Text", "TYPE_CHECKING", "TypeAlias", "TypeGuard", "TypeIs", "TypeAliasType", "Unpack",
    ]
    """#
}
