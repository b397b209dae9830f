extension Library {
  /// `dataclasses`
  static let dataclassesSource = #"""
    """Classes that mostly hold data: their methods are written from their annotations."""

    import abc
    import copy
    import types

    __all__ = [
        "dataclass", "field", "Field", "FrozenInstanceError", "InitVar", "KW_ONLY", "MISSING", "fields", "asdict",
        "astuple", "make_dataclass", "replace", "is_dataclass",
    ]


    class FrozenInstanceError(AttributeError):
        pass


    class _HAS_DEFAULT_FACTORY_CLASS:
        def __repr__(self):
            return "<factory>"


    class _MISSING_TYPE:
        pass


    class _KW_ONLY_TYPE:
        pass


    _HAS_DEFAULT_FACTORY = _HAS_DEFAULT_FACTORY_CLASS()
    MISSING = _MISSING_TYPE()
    KW_ONLY = _KW_ONLY_TYPE()
    _EMPTY_METADATA = types.MappingProxyType({})


    class _FIELD_BASE:
        """Which kind of field: an attribute, a class variable, or a parameter of `__init__` only."""

        __slots__ = ("name",)

        def __init__(self, name):
            self.name = name

        def __repr__(self):
            return self.name


    _FIELD = _FIELD_BASE("_FIELD")
    _FIELD_CLASSVAR = _FIELD_BASE("_FIELD_CLASSVAR")
    _FIELD_INITVAR = _FIELD_BASE("_FIELD_INITVAR")
    _FIELDS = "__dataclass_fields__"
    _PARAMS = "__dataclass_params__"
    _POST_INIT_NAME = "__post_init__"


    class InitVar:
        """The annotation of a parameter that `__init__` passes to `__post_init__`."""

        __slots__ = ("type",)

        def __init__(self, type):
            self.type = type

        def __repr__(self):
            is_class = isinstance(self.type, type) and not isinstance(self.type, types.GenericAlias)
            return f"dataclasses.InitVar[{self.type.__name__ if is_class else repr(self.type)}]"

        def __class_getitem__(cls, type):
            return InitVar(type)


    class Field:
        __slots__ = (
            "name", "type", "default", "default_factory", "repr", "hash", "init", "compare", "metadata", "kw_only",
            "_field_type",
        )

        def __init__(self, default, default_factory, init, repr, hash, compare, metadata, kw_only):
            self.name = None
            self.type = None
            self.default = default
            self.default_factory = default_factory
            self.init = init
            self.repr = repr
            self.hash = hash
            self.compare = compare
            self.metadata = _EMPTY_METADATA if metadata is None else types.MappingProxyType(metadata)
            self.kw_only = kw_only
            self._field_type = None

        def __repr__(self):
            return (
                f"Field(name={self.name!r},type={self.type!r},default={self.default!r},"
                f"default_factory={self.default_factory!r},init={self.init!r},repr={self.repr!r},hash={self.hash!r},"
                f"compare={self.compare!r},metadata={self.metadata!r},kw_only={self.kw_only!r},"
                f"_field_type={self._field_type})"
            )

        def __set_name__(self, owner, name):
            method = getattr(type(self.default), "__set_name__", None)
            if method:
                method(self.default, owner, name)

        __class_getitem__ = classmethod(types.GenericAlias)


    class _DataclassParams:
        __slots__ = (
            "init", "repr", "eq", "order", "unsafe_hash", "frozen", "match_args", "kw_only", "slots", "weakref_slot",
        )

        def __init__(self, *values):
            for name, value in zip(self.__slots__, values):
                setattr(self, name, value)

        def __repr__(self):
            return f"_DataclassParams({','.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


    def field(
        *, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None,
        kw_only=MISSING,
    ):
        """What a field is besides its type."""
        if default is not MISSING and default_factory is not MISSING:
            raise ValueError("cannot specify both default and default_factory")
        return Field(default, default_factory, init, repr, hash, compare, metadata, kw_only)


    # Writing the methods: one text that defines them all inside a function, whose parameters are the values they need.


    class _FunctionWriter:
        def __init__(self):
            self.names = []
            self.texts = []
            self.values = {}
            self.complaints = {}
            self.annotations = {}

        def add(self, name, parameters, body, values=None, complaint=None, decorator=None, annotations=None):
            lines = [f" {decorator}"] if decorator else []
            lines.append(f" def {name}({','.join(parameters)}):")
            lines.extend(f"  {line}" for line in body)
            self.names.append(name)
            self.texts.append("\n".join(lines))
            self.values.update(values or {})
            if complaint is not None:
                self.complaints[name] = complaint
            if annotations is not None:
                self.annotations[name] = annotations

        def install(self, cls):
            if not self.names:
                return
            text = f"def __create_fn__({','.join(self.values)}):\n" + "\n".join(self.texts)
            namespace = {}
            exec(f"{text}\n return {','.join(self.names)},", namespace)
            for name, function in zip(self.names, namespace["__create_fn__"](**self.values)):
                function.__qualname__ = f"{cls.__qualname__}.{name}"
                function.__module__ = cls.__module__
                if name in self.annotations:
                    function.__annotations__ = self.annotations[name]
                if name in cls.__dict__ and name in self.complaints:
                    raise TypeError(f"Cannot overwrite attribute {name} in class {cls.__name__}{self.complaints[name]}")
                if name not in cls.__dict__ or name == "__hash__":
                    setattr(cls, name, function)


    def _recursive_repr(function):
        """A field that leads back to the object shows as `...`."""
        shown = set()

        def wrapper(self):
            key = id(self)
            if key in shown:
                return "..."
            shown.add(key)
            try:
                return function(self)
            finally:
                shown.discard(key)

        wrapper.__name__ = function.__name__
        return wrapper


    def _field_line(f, frozen, values, self_name, slots):
        """The line of `__init__` that sets the field; None when there is nothing to do."""
        default_name = f"__dataclass_dflt_{f.name}__"
        if f.default_factory is not MISSING:
            values[default_name] = f.default_factory
            value = f"{default_name}()"
            if f.init:
                value += f" if {f.name} is __dataclass_HAS_DEFAULT_FACTORY__ else {f.name}"
        elif f.init:
            if f.default is not MISSING:
                values[default_name] = f.default
            value = f.name
        elif slots and f.default is not MISSING:
            values[default_name] = f.default
            value = default_name
        else:
            return None
        if f._field_type is _FIELD_INITVAR:
            return None
        if frozen:
            return f"__dataclass_builtins_object__.__setattr__({self_name},{f.name!r},{value})"
        return f"{self_name}.{f.name}={value}"


    def _parameter(f):
        if f.default is MISSING and f.default_factory is MISSING:
            return f.name
        if f.default is not MISSING:
            return f"{f.name}=__dataclass_dflt_{f.name}__"
        return f"{f.name}=__dataclass_HAS_DEFAULT_FACTORY__"


    def _write_init(writer, all_fields, std_fields, kw_only_fields, frozen, has_post_init, self_name, slots):
        seen_default = None
        for f in std_fields:
            if not (f.default is MISSING and f.default_factory is MISSING):
                seen_default = f
            elif seen_default:
                raise TypeError(f"non-default argument {f.name!r} follows default argument {seen_default.name!r}")
        values = {
            "__dataclass_HAS_DEFAULT_FACTORY__": _HAS_DEFAULT_FACTORY,
            "__dataclass_builtins_object__": object,
        }
        body = []
        for f in all_fields:
            line = _field_line(f, frozen, values, self_name, slots)
            if line:
                body.append(line)
        if has_post_init:
            arguments = ",".join(f.name for f in all_fields if f._field_type is _FIELD_INITVAR)
            body.append(f"{self_name}.{_POST_INIT_NAME}({arguments})")
        parameters = [self_name] + [_parameter(f) for f in std_fields]
        if kw_only_fields:
            parameters += ["*"] + [_parameter(f) for f in kw_only_fields]
        annotations = {f.name: f.type for f in std_fields + kw_only_fields}
        annotations["return"] = None
        writer.add("__init__", parameters, body or ["pass"], values, annotations=annotations)


    def _tuple_of(name, those):
        return "(" + "".join(f"{name}.{f.name}," for f in those) + ")"


    def _write_comparison(writer, those):
        terms = [f"self.{f.name}==other.{f.name}" for f in those]
        body = [
            "if self is other:",
            " return True",
            "if other.__class__ is self.__class__:",
            f" return {' and '.join(terms) or 'True'}",
            "return NotImplemented",
        ]
        writer.add("__eq__", ["self", "other"], body)


    def _write_order(writer, those):
        for name, operator in ("__lt__", "<"), ("__le__", "<="), ("__gt__", ">"), ("__ge__", ">="):
            body = [
                "if other.__class__ is self.__class__:",
                f" return {_tuple_of('self', those)}{operator}{_tuple_of('other', those)}",
                "return NotImplemented",
            ]
            writer.add(name, ["self", "other"], body, complaint=" Consider using functools.total_ordering")


    def _write_frozen(writer, cls, those):
        values = {"cls": cls, "FrozenInstanceError": FrozenInstanceError}
        condition = "type(self) is cls"
        if those:
            condition += " or name in {" + ", ".join(repr(f.name) for f in those) + "}"
        for name, parameters, verb in (
            ("__setattr__", ["name", "value"], "assign to"),
            ("__delattr__", ["name"], "delete"),
        ):
            body = [
                f"if {condition}:",
                f' raise FrozenInstanceError(f"cannot {verb} field {{name!r}}")',
                f"super(cls, self).{name}({', '.join(parameters)})",
            ]
            writer.add(name, ["self", *parameters], body, values, complaint="")


    def _decide_hash(cls, those, writer, unsafe_hash, eq, frozen, has_explicit_hash):
        if unsafe_hash and has_explicit_hash:
            raise TypeError(f"Cannot overwrite attribute __hash__ in class {cls.__name__}")
        if unsafe_hash or (eq and frozen and not has_explicit_hash):
            hashed = [f for f in those if (f.compare if f.hash is None else f.hash)]
            writer.add("__hash__", ["self"], [f"return hash({_tuple_of('self', hashed)})"])
        elif eq and not has_explicit_hash:
            cls.__hash__ = None


    # Reading the class.


    def _names(annotation, name):
        """Whether a text annotation means this name: `ClassVar[int]`, `typing.ClassVar`, `t.ClassVar[...]`."""
        head = annotation.split("[")[0].strip()
        return head == name or head.endswith("." + name)


    def _is_classvar(annotation):
        if isinstance(annotation, str):
            return _names(annotation, "ClassVar")
        import sys

        typing = sys.modules.get("typing")
        if typing is None:
            return False
        return annotation is typing.ClassVar or getattr(annotation, "__origin__", None) is typing.ClassVar


    def _is_initvar(annotation):
        if isinstance(annotation, str):
            return _names(annotation, "InitVar")
        return annotation is InitVar or type(annotation) is InitVar


    def _is_kw_only(annotation):
        return _names(annotation, "KW_ONLY") if isinstance(annotation, str) else annotation is KW_ONLY


    def _get_field(cls, name, annotation, default_kw_only):
        default = getattr(cls, name, MISSING)
        if isinstance(default, Field):
            f = default
        else:
            f = field(default=MISSING if isinstance(default, types.MemberDescriptorType) else default)
        f.name = name
        f.type = annotation
        f._field_type = _FIELD
        if _is_classvar(annotation):
            f._field_type = _FIELD_CLASSVAR
        elif _is_initvar(annotation):
            f._field_type = _FIELD_INITVAR
        if f._field_type is not _FIELD and f.default_factory is not MISSING:
            raise TypeError(f"field {f.name} cannot have a default factory")
        if f._field_type is not _FIELD_CLASSVAR:
            if f.kw_only is MISSING:
                f.kw_only = default_kw_only
        elif f.kw_only is not MISSING:
            raise TypeError(f"field {f.name} is a ClassVar but specifies kw_only")
        if f._field_type is _FIELD and f.default.__class__.__hash__ is None:
            raise ValueError(f"mutable default {type(f.default)} for field {f.name} is not allowed: use default_factory")
        return f


    def _inherited_fields(cls, frozen):
        found = {}
        frozen_bases = []
        for base in cls.__mro__[-1:0:-1]:
            base_fields = getattr(base, _FIELDS, None)
            if base_fields is not None:
                for f in base_fields.values():
                    found[f.name] = f
                frozen_bases.append(getattr(base, _PARAMS).frozen)
        return found, frozen_bases


    def _own_fields(cls, annotations, kw_only):
        own = []
        has_kw_only = False
        for name, annotation in annotations.items():
            if _is_kw_only(annotation):
                if has_kw_only:
                    raise TypeError(f"{name!r} is KW_ONLY, but KW_ONLY has already been specified")
                has_kw_only = True
                kw_only = True
            else:
                own.append(_get_field(cls, name, annotation, kw_only))
        return own


    def _process_class(cls, init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only, slots, weakref_slot):
        params = _DataclassParams(init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only, slots, weakref_slot)
        setattr(cls, _PARAMS, params)
        found, frozen_bases = _inherited_fields(cls, frozen)
        annotations = cls.__dict__.get("__annotations__", {})
        for f in _own_fields(cls, annotations, kw_only):
            found[f.name] = f
            if isinstance(getattr(cls, f.name, None), Field):
                if f.default is MISSING:
                    delattr(cls, f.name)
                else:
                    setattr(cls, f.name, f.default)
        for name, value in cls.__dict__.items():
            if isinstance(value, Field) and name not in annotations:
                raise TypeError(f"{name!r} is a field but has no type annotation")
        if any(frozen_bases) and not frozen:
            raise TypeError("cannot inherit non-frozen dataclass from a frozen one")
        if frozen_bases and not all(frozen_bases) and frozen:
            raise TypeError("cannot inherit frozen dataclass from a non-frozen one")
        setattr(cls, _FIELDS, found)

        class_hash = cls.__dict__.get("__hash__", MISSING)
        has_explicit_hash = not (class_hash is MISSING or (class_hash is None and "__eq__" in cls.__dict__))
        if order and not eq:
            raise ValueError("eq must be true if order is true")
        init_fields = [f for f in found.values() if f._field_type in (_FIELD, _FIELD_INITVAR)]
        std_init_fields = [f for f in init_fields if f.init and not f.kw_only]
        kw_only_init_fields = [f for f in init_fields if f.init and f.kw_only]
        those = [f for f in found.values() if f._field_type is _FIELD]
        compared = [f for f in those if f.compare]

        writer = _FunctionWriter()
        if init:
            _write_init(
                writer, init_fields, std_init_fields, kw_only_init_fields, frozen, hasattr(cls, _POST_INIT_NAME),
                "__dataclass_self__" if "self" in found else "self", slots,
            )
        cls.__replace__ = _replace
        if repr:
            shown = ", ".join(f"{f.name}={{self.{f.name}!r}}" for f in those if f.repr)
            body = ['return f"{self.__class__.__qualname__}(' + shown + ')"']
            values = {"__dataclass_recursive_repr": _recursive_repr}
            writer.add("__repr__", ["self"], body, values, decorator="@__dataclass_recursive_repr")
        if eq:
            _write_comparison(writer, compared)
        if order:
            _write_order(writer, compared)
        if frozen:
            _write_frozen(writer, cls, those)
        _decide_hash(cls, those, writer, unsafe_hash, eq, frozen, has_explicit_hash)
        writer.install(cls)

        if not getattr(cls, "__doc__", None):
            cls.__doc__ = cls.__name__ + _signature(std_init_fields, kw_only_init_fields)
        if match_args and "__match_args__" not in cls.__dict__:
            cls.__match_args__ = tuple(f.name for f in std_init_fields)
        if weakref_slot and not slots:
            raise TypeError("weakref_slot is True but slots is False")
        if slots:
            cls = _add_slots(cls, frozen, weakref_slot)
        abc.update_abstractmethods(cls)
        return cls


    def _signature(std_fields, kw_only_fields):
        def shown_type(annotation):
            if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
                module = annotation.__module__
                return annotation.__qualname__ if module == "builtins" else f"{module}.{annotation.__qualname__}"
            text = repr(annotation)
            return text if isinstance(annotation, str) else text.replace("typing.", "")

        def shown(f):
            text = f"{f.name}: {shown_type(f.type)}"
            if f.default is not MISSING:
                return f"{text} = {f.default!r}"
            return text if f.default_factory is MISSING else f"{text} = <factory>"

        parts = [shown(f) for f in std_fields]
        if kw_only_fields:
            parts += ["*"] + [shown(f) for f in kw_only_fields]
        return f"({', '.join(parts)})"


    def _dataclass_getstate(self):
        return [getattr(self, f.name) for f in fields(self)]


    def _dataclass_setstate(self, state):
        for f, value in zip(fields(self), state):
            object.__setattr__(self, f.name, value)


    def _add_slots(cls, frozen, weakref_slot):
        """The same class again, with slots: they cannot be added to one that exists."""
        if "__slots__" in cls.__dict__:
            raise TypeError(f"{cls.__name__} already specifies __slots__")
        namespace = dict(cls.__dict__)
        names = tuple(f.name for f in fields(cls))
        inherited = set()
        for base in cls.__mro__[1:-1]:
            slots = base.__dict__.get("__slots__", ())
            inherited.update([slots] if isinstance(slots, str) else slots)
        own = tuple(name for name in names if name not in inherited)
        if weakref_slot and "__weakref__" not in inherited:
            own += ("__weakref__",)
        for name in (*names, "__dict__", "__weakref__"):
            namespace.pop(name, None)
        namespace["__slots__"] = own
        made = type(cls)(cls.__name__, cls.__bases__, namespace)
        made.__qualname__ = cls.__qualname__
        if frozen:
            if "__getstate__" not in namespace:
                made.__getstate__ = _dataclass_getstate
            if "__setstate__" not in namespace:
                made.__setstate__ = _dataclass_setstate
        return made


    def dataclass(
        cls=None, /, *, init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False, match_args=True,
        kw_only=False, slots=False, weakref_slot=False,
    ):
        """Write `__init__`, `__repr__`, `__eq__` and more from the annotations of a class."""

        def wrap(cls):
            return _process_class(
                cls, init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only, slots, weakref_slot
            )

        return wrap if cls is None else wrap(cls)


    # Working with instances.


    def fields(class_or_instance):
        """The fields, as a tuple."""
        try:
            found = getattr(class_or_instance, _FIELDS)
        except AttributeError:
            raise TypeError("must be called with a dataclass type or instance") from None
        return tuple(f for f in found.values() if f._field_type is _FIELD)


    def _is_dataclass_instance(obj):
        return hasattr(type(obj), _FIELDS)


    def is_dataclass(obj):
        return hasattr(obj if isinstance(obj, type) else type(obj), _FIELDS)


    _atomic = frozenset([
        type(None), bool, int, float, str, complex, bytes, type(...), type(NotImplemented), type(len), type, range, property,
    ])


    def asdict(obj, *, dict_factory=dict):
        """The fields as a dictionary, and so on inside."""
        if not _is_dataclass_instance(obj):
            raise TypeError("asdict() should be called on dataclass instances")
        return _converted(obj, lambda those: dict_factory([(f.name, value) for f, value in those]))


    def astuple(obj, *, tuple_factory=tuple):
        """The values of the fields as a tuple, and so on inside."""
        if not _is_dataclass_instance(obj):
            raise TypeError("astuple() should be called on dataclass instances")
        return _converted(obj, lambda those: tuple_factory([value for f, value in those]))


    def _converted(obj, make):
        cls = type(obj)
        if cls in _atomic:
            return obj
        if hasattr(cls, _FIELDS):
            return make([(f, _converted(getattr(obj, f.name), make)) for f in fields(obj)])
        if cls is list:
            return [_converted(value, make) for value in obj]
        if cls is dict:
            return {_converted(key, make): _converted(value, make) for key, value in obj.items()}
        if issubclass(cls, tuple):
            if hasattr(obj, "_fields"):
                return cls(*[_converted(value, make) for value in obj])
            return cls([_converted(value, make) for value in obj])
        if issubclass(cls, dict):
            if hasattr(cls, "default_factory"):
                made = cls(obj.default_factory)
                for key, value in obj.items():
                    made[_converted(key, make)] = _converted(value, make)
                return made
            return cls([(_converted(key, make), _converted(value, make)) for key, value in obj.items()])
        if issubclass(cls, list):
            return cls([_converted(value, make) for value in obj])
        return copy.deepcopy(obj)


    _keywords = frozenset(
        "False None True and as assert async await break class continue def del elif else except finally for from global "
        "if import in is lambda nonlocal not or pass raise return try while with yield".split()
    )


    def make_dataclass(
        cls_name, fields, *, bases=(), namespace=None, init=True, repr=True, eq=True, order=False, unsafe_hash=False,
        frozen=False, match_args=True, kw_only=False, slots=False, weakref_slot=False, module=None,
    ):
        """Make a dataclass from names, or pairs of name and type, or triples with a field."""
        annotations = {}
        defaults = {}
        for item in fields:
            if isinstance(item, str):
                name = item
                annotation = "typing.Any"
            elif len(item) == 2:
                name, annotation = item
            elif len(item) == 3:
                name, annotation, default = item
                defaults[name] = default
            else:
                raise TypeError(f"Invalid field: {item!r}")
            if not isinstance(name, str) or not name.isidentifier():
                raise TypeError(f"Field names must be valid identifiers: {name!r}")
            if name in _keywords:
                raise TypeError(f"Field names must not be keywords: {name!r}")
            if name in annotations:
                raise TypeError(f"Field name duplicated: {name!r}")
            annotations[name] = annotation

        def fill(target):
            target.update(namespace or {})
            target.update(defaults)
            target["__annotations__"] = annotations

        cls = types.new_class(cls_name, bases, {}, fill)
        cls.__module__ = "__main__" if module is None else module
        return dataclass(
            cls, init=init, repr=repr, eq=eq, order=order, unsafe_hash=unsafe_hash, frozen=frozen, match_args=match_args,
            kw_only=kw_only, slots=slots, weakref_slot=weakref_slot,
        )


    def replace(obj, /, **changes):
        """A new object with some fields changed."""
        if not _is_dataclass_instance(obj):
            raise TypeError("replace() should be called on dataclass instances")
        return _replace(obj, **changes)


    def _replace(self, /, **changes):
        for f in getattr(self, _FIELDS).values():
            if f._field_type is _FIELD_CLASSVAR:
                continue
            if not f.init:
                if f.name in changes:
                    raise TypeError(f"field {f.name} is declared with init=False, it cannot be specified with replace()")
            elif f.name not in changes:
                if f._field_type is _FIELD_INITVAR and f.default is MISSING:
                    raise TypeError(f"InitVar {f.name!r} must be specified with replace()")
                changes[f.name] = getattr(self, f.name)
        return self.__class__(**changes)
    """#
}
