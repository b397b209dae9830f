extension Library {
  /// `enum`
  static let enumSource = #"""
    """Enumerations."""

    import types as _types
    from builtins import bin as _bin, property as _builtin_property

    __all__ = [
        "EnumType", "EnumMeta", "EnumDict", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum", "auto", "unique",
        "property", "verify", "member", "nonmember", "FlagBoundary", "STRICT", "CONFORM", "EJECT", "KEEP",
        "global_flag_repr", "global_enum_repr", "global_str", "global_enum", "EnumCheck", "CONTINUOUS", "NAMED_FLAGS",
        "UNIQUE", "pickle_by_global_name", "pickle_by_enum_name",
    ]

    # Filled in below: the metaclass meets these before they exist.
    Enum = Flag = ReprEnum = EJECT = KEEP = None


    class nonmember:
        """Keeps a value in the body of an enumeration from becoming a member."""

        def __init__(self, value):
            self.value = value


    class member:
        """Makes a value a member that would not be one by itself, such as a function."""

        def __init__(self, value):
            self.value = value


    class _Unset:
        def __repr__(self):
            return "_auto_null"


    _unset = _Unset()


    class auto:
        """A value that the enumeration chooses."""

        def __init__(self, value=_unset):
            self.value = value

        def __repr__(self):
            return "auto(%r)" % (self.value,)


    def _is_descriptor(obj):
        return hasattr(obj, "__get__") or hasattr(obj, "__set__") or hasattr(obj, "__delete__")


    def _is_dunder(name):
        return len(name) > 4 and name[:2] == name[-2:] == "__" and name[2] != "_" and name[-3] != "_"


    def _is_sunder(name):
        return len(name) > 2 and name[0] == name[-1] == "_" and name[1] != "_" and name[-2] != "_"


    def _is_private(class_name, name):
        pattern = f"_{class_name}__"
        return len(name) > len(pattern) and name.startswith(pattern) and (name[-1] != "_" or name[-2] != "_")


    def _is_hashable(value):
        try:
            hash(value)
        except TypeError:
            return False
        return True


    def _is_single_bit(number):
        return number != 0 and number & (number - 1) == 0


    def _bits(number):
        if number < 0:
            raise ValueError("%r is not a positive integer" % number)
        while number:
            bit = number & -number
            yield bit
            number ^= bit


    def bin(num, max_bits=None):
        """Binary digits after a sign digit: `0b0 1010`, `0b1 0101`."""
        ceiling = 2 ** num.bit_length()
        if num >= 0:
            text = _bin(num + ceiling).replace("1", "0", 1)
        else:
            text = _bin(~num ^ (ceiling - 1) + ceiling)
        sign, digits = text[:3], text[3:]
        if max_bits is not None and len(digits) < max_bits:
            digits = (sign[-1] * max_bits + digits)[-max_bits:]
        return f"{sign} {digits}"


    class property(_types.DynamicClassAttribute):
        """An attribute of members whose name may also be a member's."""

        member = None
        name = None
        clsname = None

        def __get__(self, instance, ownerclass=None):
            if instance is not None:
                if self.fget is not None:
                    return self.fget(instance)
                try:
                    return instance.__dict__[self.name]
                except KeyError:
                    raise AttributeError("%r has no attribute %r" % (ownerclass, self.name)) from None
            if self.member is not None:
                return self.member
            raise AttributeError("%r has no attribute %r" % (ownerclass, self.name))

        def __set__(self, instance, value):
            if self.fset is not None:
                return self.fset(instance, value)
            raise AttributeError("<enum %r> cannot set attribute %r" % (self.clsname, self.name))

        def __delete__(self, instance):
            if self.fdel is not None:
                return self.fdel(instance)
            raise AttributeError("<enum %r> cannot delete attribute %r" % (self.clsname, self.name))

        def __set_name__(self, ownerclass, name):
            self.name = name
            self.clsname = ownerclass.__name__


    class _Pending:
        """Stands in the namespace for a member until the class exists."""

        def __init__(self, value):
            self.value = value

        def __set_name__(self, cls, name):
            value = self.value
            args = value if isinstance(value, tuple) else (value,)
            if cls._member_type_ is tuple:
                args = (args,)
            made = cls._new_member_(cls, *args) if cls._use_args_ else cls._new_member_(cls)
            if not hasattr(made, "_value_"):
                if cls._member_type_ is object:
                    made._value_ = value
                else:
                    try:
                        made._value_ = cls._member_type_(*args)
                    except Exception as error:
                        new = TypeError("_value_ not set in __new__, unable to create it")
                        new.__cause__ = error
                        raise new
            value = made._value_
            made._name_ = name
            made.__objclass__ = cls
            made.__init__(*args)
            made._sort_order_ = len(cls._member_names_)
            is_flag = Flag is not None and issubclass(cls, Flag)
            if is_flag and isinstance(value, int):
                cls._flag_mask_ |= value
                if _is_single_bit(value):
                    cls._singles_mask_ |= value
                cls._all_bits_ = 2 ** cls._flag_mask_.bit_length() - 1
            original = cls._find_by_value_(value)
            if original is not None:
                made = original
            elif not is_flag or not isinstance(value, int) or _is_single_bit(value):
                cls._member_names_.append(name)
            cls._add_member_(name, made)
            try:
                cls._value2member_map_.setdefault(value, made)
            except TypeError:
                cls._unhashable_values_.append(value)


    _sunders = (
        "_order_", "_generate_next_value_", "_numeric_repr_", "_missing_", "_ignore_", "_iter_member_",
        "_iter_member_by_value_", "_iter_member_by_def_", "_add_alias_", "_add_value_alias_",
    )


    class EnumDict(dict):
        """The namespace of an enumeration's body: notes what becomes a member, and gives `auto` its values."""

        def __init__(self, cls_name=None):
            super().__init__()
            self._member_names = {}
            self._last_values = []
            self._ignore = []
            self._auto_called = False
            self._cls_name = cls_name
            self._generate_next_value = None

        def __setitem__(self, key, value):
            if self._cls_name is not None and _is_private(self._cls_name, key):
                pass
            elif _is_sunder(key):
                if key not in _sunders:
                    raise ValueError("_sunder_ names, such as %r, are reserved for future Enum use" % (key,))
                if key == "_generate_next_value_":
                    if self._auto_called:
                        raise TypeError("_generate_next_value_ must be defined before members")
                    self._generate_next_value = value.__func__ if isinstance(value, staticmethod) else value
                elif key == "_ignore_":
                    value = value.replace(",", " ").split() if isinstance(value, str) else list(value)
                    self._ignore = value
                    already = set(value) & set(self._member_names)
                    if already:
                        raise ValueError("_ignore_ cannot specify already set names: %r" % (already,))
            elif _is_dunder(key):
                if key == "__order__":
                    key = "_order_"
            elif key in self._member_names:
                raise TypeError("%r already defined as %r" % (key, self[key]))
            elif key in self._ignore:
                pass
            elif isinstance(value, nonmember):
                value = value.value
            elif isinstance(value, (_types.FunctionType, type)) or _is_descriptor(value):
                pass
            else:
                if key in self:
                    raise TypeError("%r already defined as %r" % (key, self[key]))
                if isinstance(value, member):
                    value = value.value
                elif isinstance(value, auto):
                    value = self._value_of_auto(key, value)
                elif type(value) is tuple and any(isinstance(part, auto) for part in value):
                    value = tuple(self._value_of_auto(key, part) if isinstance(part, auto) else part for part in value)
                self._member_names[key] = None
                self._last_values.append(value)
            super().__setitem__(key, value)

        def _value_of_auto(self, key, given):
            if given.value is _unset:
                given.value = self._generate_next_value(key, 1, len(self._member_names), self._last_values[:])
                self._auto_called = True
            return given.value

        @_builtin_property
        def member_names(self):
            return list(self._member_names)

        def update(self, members, **more_members):
            try:
                for name in members.keys():
                    self[name] = members[name]
            except AttributeError:
                for name, value in members:
                    self[name] = value
            for name, value in more_members.items():
                self[name] = value


    _EnumDict = EnumDict


    class EnumType(type):
        """Metaclass of enumerations."""

        @classmethod
        def __prepare__(metacls, cls, bases, **kwds):
            metacls._check_for_existing_members_(cls, bases)
            namespace = EnumDict(cls)
            _, first_enum = metacls._get_mixins_(cls, bases)
            if first_enum is not None:
                namespace["_generate_next_value_"] = getattr(first_enum, "_generate_next_value_", None)
            return namespace

        def __new__(metacls, cls, bases, classdict, *, boundary=None, _simple=False, **kwds):
            if _simple:
                return super().__new__(metacls, cls, bases, classdict, **kwds)
            classdict.setdefault("_ignore_", []).append("_ignore_")
            ignored = classdict["_ignore_"]
            namespace = {key: value for key, value in classdict.items() if key not in ignored}
            member_names = classdict._member_names
            invalid = [name for name in member_names if name in ("mro", "")]
            if invalid:
                raise ValueError("invalid enum member name(s) %s" % ",".join(repr(name) for name in invalid))
            order = namespace.pop("_order_", None)
            generate = namespace.get("_generate_next_value_")
            if generate is not None and not isinstance(generate, staticmethod):
                namespace["_generate_next_value_"] = staticmethod(generate)
            member_type, first_enum = metacls._get_mixins_(cls, bases)
            make, keeps_new, use_args = metacls._find_new_(namespace, member_type, first_enum)
            for name in member_names:
                if name in namespace:
                    namespace[name] = _Pending(namespace[name])
            namespace["_new_member_"] = staticmethod(make)
            namespace["_use_args_"] = use_args
            namespace["_member_names_"] = []
            namespace["_member_map_"] = {}
            namespace["_value2member_map_"] = {}
            namespace["_unhashable_values_"] = []
            namespace["_member_type_"] = member_type
            namespace["_value_repr_"] = metacls._find_data_repr_(cls, bases)
            namespace["_boundary_"] = boundary or getattr(first_enum, "_boundary_", None)
            namespace["_flag_mask_"] = 0
            namespace["_singles_mask_"] = 0
            namespace["_all_bits_"] = 0
            namespace["_inverted_"] = None
            try:
                made = super().__new__(metacls, cls, bases, namespace, **kwds)
            except Exception as error:
                if hasattr(error, "__notes__"):
                    del error.__notes__
                raise
            if ReprEnum is not None and ReprEnum in bases:
                if member_type is object:
                    raise TypeError("ReprEnum subclasses must be mixed with a data type (i.e. int, str, float, etc.)")
                if "__format__" not in namespace:
                    made.__format__ = member_type.__format__
                if "__str__" not in namespace:
                    text = member_type.__str__
                    made.__str__ = member_type.__repr__ if text is object.__str__ else text
            for name in ("__repr__", "__str__", "__format__", "__reduce_ex__"):
                if name not in namespace and first_enum is not None:
                    if getattr(made, name) in (getattr(member_type, name, None), getattr(object, name, None)):
                        if ReprEnum is None or ReprEnum not in bases or name in ("__repr__", "__reduce_ex__"):
                            setattr(made, name, getattr(first_enum, name))
            if Flag is not None and issubclass(made, Flag):
                for name in ("__or__", "__and__", "__xor__", "__ror__", "__rand__", "__rxor__", "__invert__"):
                    if name not in namespace:
                        setattr(made, name, getattr(Flag, name))
            if Enum is not None:
                if keeps_new:
                    made.__new_member__ = make
                made.__new__ = Enum.__new__
            if Flag is not None and issubclass(made, Flag):
                values = [each._value_ for each in made]
                if values != sorted(values):
                    made._iter_member_ = made._iter_member_by_def_
            if order is not None:
                metacls._check_order(made, order)
            return made

        def _check_order(made, order):
            if isinstance(order, str):
                order = order.replace(",", " ").split()
            names = made._member_names_
            if Flag is not None and issubclass(made, Flag):
                order = [name for name in order if name in names]
            else:
                order = [
                    name for name in order if name not in made._member_map_ or made._member_map_[name]._name_ == name
                ]
            if names != order:
                raise TypeError("member order does not match _order_:\n  %r\n  %r" % (names, order))

        def __bool__(cls):
            return True

        def __call__(cls, value, names=_unset, *values, module=None, qualname=None, type=None, start=1, boundary=None):
            """`Color(3)` finds a member, `Enum("Color", "RED GREEN")` makes an enumeration."""
            if cls._member_map_:
                if names is not _unset:
                    value = (value, names) + values
                return cls.__new__(cls, value)
            if names is _unset and type is None:
                raise TypeError(f"{cls} has no members; specify `names=()` if you meant to create a new, empty, enum")
            return cls._create_(
                value, None if names is _unset else names, module=module, qualname=qualname, type=type, start=start,
                boundary=boundary,
            )

        def __contains__(cls, value):
            if isinstance(value, cls):
                return True
            try:
                cls(value)
                return True
            except ValueError:
                return value in cls._unhashable_values_ or _is_hashable(value) and value in cls._value2member_map_

        def __delattr__(cls, attr):
            if attr in cls.__dict__.get("_member_map_", {}):
                raise AttributeError("%r cannot delete member %r." % (cls.__name__, attr))
            super().__delattr__(attr)

        def __dir__(cls):
            names = {
                "__class__", "__contains__", "__doc__", "__getitem__", "__iter__", "__len__", "__members__",
                "__module__", "__name__", "__qualname__", *cls._member_names_,
            }
            if cls._new_member_ is not object.__new__:
                names.add("__new__")
            if cls.__init_subclass__ is not object.__init_subclass__:
                names.add("__init_subclass__")
            return sorted(names if cls._member_type_ is object else set(dir(cls._member_type_)) | names)

        def __getitem__(cls, name):
            return cls._member_map_[name]

        def __iter__(cls):
            return (cls._member_map_[name] for name in cls._member_names_)

        def __len__(cls):
            return len(cls._member_names_)

        @_builtin_property
        def __members__(cls):
            return _types.MappingProxyType(cls._member_map_)

        def __repr__(cls):
            if Flag is not None and issubclass(cls, Flag):
                return "<flag %r>" % cls.__name__
            return "<enum %r>" % cls.__name__

        def __reversed__(cls):
            return (cls._member_map_[name] for name in reversed(cls._member_names_))

        def __setattr__(cls, name, value):
            if name in cls.__dict__.get("_member_map_", {}):
                raise AttributeError("cannot reassign member %r" % (name,))
            super().__setattr__(name, value)

        def _create_(cls, class_name, names, *, module=None, qualname=None, type=None, start=1, boundary=None):
            metacls = cls.__class__
            bases = (cls,) if type is None else (type, cls)
            _, first_enum = cls._get_mixins_(class_name, bases)
            classdict = metacls.__prepare__(class_name, bases)
            if isinstance(names, str):
                names = names.replace(",", " ").split()
            if isinstance(names, (tuple, list)) and names and isinstance(names[0], str):
                texts, names, last_values = names, [], []
                for count, name in enumerate(texts):
                    value = first_enum._generate_next_value_(name, start, count, last_values[:])
                    last_values.append(value)
                    names.append((name, value))
            for item in names if names is not None else ():
                if isinstance(item, str):
                    member_name, member_value = item, names[item]
                else:
                    member_name, member_value = item
                classdict[member_name] = member_value
            classdict["__module__"] = "__main__" if module is None else module
            if qualname is not None:
                classdict["__qualname__"] = qualname
            return metacls.__new__(metacls, class_name, bases, classdict, boundary=boundary)

        @classmethod
        def _check_for_existing_members_(mcls, class_name, bases):
            for chain in bases:
                for base in chain.__mro__:
                    if isinstance(base, EnumType) and base._member_names_:
                        raise TypeError("<enum %r> cannot extend %r" % (class_name, base))

        @classmethod
        def _get_mixins_(mcls, class_name, bases):
            if not bases:
                return object, Enum
            first_enum = bases[-1]
            if not isinstance(first_enum, EnumType):
                raise TypeError("new enumerations should be created as `EnumName([mixin_type, ...] [data_type,] enum_type)`")
            return mcls._find_data_type_(class_name, bases) or object, first_enum

        @classmethod
        def _find_data_repr_(mcls, class_name, bases):
            for chain in bases:
                for base in chain.__mro__:
                    if base is object:
                        continue
                    if isinstance(base, EnumType):
                        return base._value_repr_
                    if "__repr__" in base.__dict__:
                        if "__dataclass_fields__" in base.__dict__ and base.__dataclass_params__.repr:
                            return _dataclass_repr
                        return base.__dict__["__repr__"]
            return None

        @classmethod
        def _find_data_type_(mcls, class_name, bases):
            data_types = set()
            for chain in bases:
                candidate = None
                for base in chain.__mro__:
                    if base is object:
                        continue
                    if isinstance(base, EnumType):
                        if base._member_type_ is not object:
                            data_types.add(base._member_type_)
                            break
                    elif "__new__" in base.__dict__ or "__dataclass_fields__" in base.__dict__:
                        data_types.add(candidate or base)
                        break
                    else:
                        candidate = candidate or base
            if len(data_types) > 1:
                raise TypeError("too many data types for %r: %r" % (class_name, data_types))
            return data_types.pop() if data_types else None

        @classmethod
        def _find_new_(mcls, classdict, member_type, first_enum):
            own = classdict.get("__new__")
            keeps_new = first_enum is not None and own is not None
            make = own.__func__ if isinstance(own, staticmethod) else own
            if make is None:
                defaults = (None, object.__new__, getattr(Enum, "__new__", None))
                for method in ("__new_member__", "__new__"):
                    for possible in (member_type, first_enum):
                        target = getattr(possible, method, None)
                        if not any(target is default for default in defaults):
                            make = target
                            break
                    if make is not None:
                        break
                else:
                    make = object.__new__
            is_plain = first_enum is None or make is object.__new__ or make is getattr(Enum, "__new__", None)
            return make, keeps_new, not is_plain

        def _add_member_(cls, name, made):
            known = cls._member_map_.get(name)
            if known is not None:
                if known is not made:
                    raise NameError("%r is already bound: %r" % (name, known))
                return
            for base in cls.__mro__[1:]:
                hidden = base.__dict__.get(name)
                if hidden is not None and hasattr(hidden, "fget"):
                    # Of the class the name is the member, of a member still the attribute.
                    redirect = property(hidden.fget, hidden.fset, hidden.fdel)
                    redirect.member = made
                    redirect.__set_name__(cls, name)
                    type.__setattr__(cls, name, redirect)
                    break
            else:
                type.__setattr__(cls, name, made)
            cls._member_map_[name] = made

        def _find_by_value_(cls, value):
            try:
                return cls._value2member_map_.get(value)
            except TypeError:
                for known in cls._member_map_.values():
                    if known._value_ == value:
                        return known


    EnumMeta = EnumType


    class Enum(metaclass=EnumType):
        """A class with a fixed set of members."""

        @classmethod
        def __signature__(cls):
            return "(*values)" if cls._member_names_ else "(new_class_name, /, names, *, module=None, ...)"

        def __new__(cls, value):
            if type(value) is cls:
                return value
            try:
                return cls._value2member_map_[value]
            except KeyError:
                pass
            except TypeError:
                for known in cls._member_map_.values():
                    if known._value_ == value:
                        return known
            if not cls._member_map_:
                raise TypeError("%r has no members defined" % cls)
            error = None
            try:
                result = cls._missing_(value)
            except Exception as raised:
                error = raised
                result = None
            if isinstance(result, cls):
                return result
            if Flag is not None and issubclass(cls, Flag) and cls._boundary_ is EJECT and isinstance(result, int):
                return result
            invalid = ValueError("%r is not a valid %s" % (value, cls.__qualname__))
            if result is None and error is None:
                raise invalid
            if error is None:
                error = TypeError(
                    "error in %s._missing_: returned %r instead of None or a valid member" % (cls.__name__, result)
                )
            if not isinstance(error, ValueError):
                error.__context__ = invalid
            raise error

        def __init__(self, *args, **kwds):
            pass

        def _add_alias_(self, name):
            self.__class__._add_member_(name, self)

        def _add_value_alias_(self, value):
            cls = self.__class__
            known = cls._find_by_value_(value)
            if known is not None:
                if known is not self:
                    raise ValueError("%r is already bound: %r" % (value, known))
                return
            try:
                cls._value2member_map_[value] = self
            except TypeError:
                cls._unhashable_values_.append(value)

        @staticmethod
        def _generate_next_value_(name, start, count, last_values):
            if not last_values:
                return start
            try:
                last_value = sorted(last_values).pop()
            except TypeError:
                raise TypeError("unable to sort non-numeric values") from None
            try:
                return last_value + 1
            except TypeError:
                raise TypeError("unable to increment %r" % (last_value,)) from None

        @classmethod
        def _missing_(cls, value):
            return None

        def __repr__(self):
            show = self.__class__._value_repr_ or repr
            return "<%s.%s: %s>" % (self.__class__.__name__, self._name_, show(self._value_))

        def __str__(self):
            return "%s.%s" % (self.__class__.__name__, self._name_)

        def __dir__(self):
            names = set() if self.__class__._member_type_ is object else set(object.__dir__(self))
            for name in getattr(self, "__dict__", []):
                if name[0] != "_" and name not in self._member_map_:
                    names.add(name)
            for cls in self.__class__.mro():
                for name, obj in cls.__dict__.items():
                    if name[0] == "_":
                        continue
                    if isinstance(obj, property):
                        if obj.fget is not None or name not in self._member_map_:
                            names.add(name)
                        else:
                            names.discard(name)
                    elif name not in self._member_map_:
                        names.add(name)
            return sorted({"__class__", "__doc__", "__eq__", "__hash__", "__module__"} | names)

        def __format__(self, format_spec):
            return str.__format__(str(self), format_spec)

        def __hash__(self):
            return hash(self._name_)

        def __reduce_ex__(self, proto):
            return self.__class__, (self._value_,)

        def __deepcopy__(self, memo):
            return self

        def __copy__(self):
            return self

        @property
        def name(self):
            return self._name_

        @property
        def value(self):
            return self._value_


    class ReprEnum(Enum):
        """An enumeration whose members print as their values do."""


    class IntEnum(int, ReprEnum):
        """An enumeration whose members are ints."""


    class StrEnum(str, ReprEnum):
        """An enumeration whose members are strings."""

        def __new__(cls, *values):
            if len(values) > 3:
                raise TypeError("too many arguments for str(): %r" % (values,))
            if len(values) == 1 and not isinstance(values[0], str):
                raise TypeError("%r is not a string" % (values[0],))
            if len(values) >= 2 and not isinstance(values[1], str):
                raise TypeError("encoding must be a string, not %r" % (values[1],))
            if len(values) == 3 and not isinstance(values[2], str):
                raise TypeError("errors must be a string, not %r" % (values[2]))
            value = str(*values)
            made = str.__new__(cls, value)
            made._value_ = value
            return made

        @staticmethod
        def _generate_next_value_(name, start, count, last_values):
            return name.lower()


    def pickle_by_global_name(self, proto):
        return self.name


    def pickle_by_enum_name(self, proto):
        return getattr, (self.__class__, self._name_)


    class FlagBoundary(StrEnum):
        """What becomes of bits that no flag has."""

        STRICT = auto()
        CONFORM = auto()
        EJECT = auto()
        KEEP = auto()


    STRICT, CONFORM, EJECT, KEEP = FlagBoundary


    class Flag(Enum, boundary=STRICT):
        """An enumeration whose members are combined with `|`, `&`, `^` and `~`."""

        _numeric_repr_ = repr

        @staticmethod
        def _generate_next_value_(name, start, count, last_values):
            if not last_values:
                return start if start is not None else 1
            last_value = max(last_values)
            try:
                return 2 ** last_value.bit_length()
            except Exception:
                raise TypeError("invalid flag value %r" % last_value) from None

        @classmethod
        def _iter_member_by_value_(cls, value):
            for bit in _bits(value & cls._flag_mask_):
                if bit in cls._value2member_map_:
                    yield cls._value2member_map_[bit]

        _iter_member_ = _iter_member_by_value_

        @classmethod
        def _iter_member_by_def_(cls, value):
            yield from sorted(cls._iter_member_by_value_(value), key=lambda flag: flag._sort_order_)

        @classmethod
        def _missing_(cls, value):
            if not isinstance(value, int):
                raise ValueError("%r is not a valid %s" % (value, cls.__qualname__))
            mask = cls._flag_mask_
            all_bits = cls._all_bits_
            if not ~all_bits <= value <= all_bits or value & (all_bits ^ mask):
                boundary = cls._boundary_
                if boundary is STRICT:
                    width = max(value.bit_length(), mask.bit_length())
                    raise ValueError(
                        "%r invalid value %r\n    given %s\n  allowed %s" % (cls, value, bin(value, width), bin(mask, width))
                    )
                if boundary is CONFORM:
                    value &= mask
                elif boundary is EJECT:
                    return value
                elif boundary is KEEP:
                    if value < 0:
                        value = max(all_bits + 1, 2 ** value.bit_length()) + value
                else:
                    raise ValueError("%r unknown flag boundary %r" % (cls, boundary))
            if value < 0:
                value += all_bits + 1
            unknown = value & ~mask
            if unknown and cls._boundary_ is not KEEP:
                raise ValueError("%s(%r) -->  unknown values %r [%s]" % (cls.__name__, value, unknown, bin(unknown)))
            if cls._member_type_ is object:
                made = object.__new__(cls)
            else:
                made = cls._member_type_.__new__(cls, value)
            if not hasattr(made, "_value_"):
                made._value_ = value
            if value & mask:
                parts = list(cls._iter_member_(value))
                made._name_ = "|".join(part._name_ for part in parts)
                rest = value
                for part in parts:
                    rest &= ~part._value_
                if rest:
                    if cls._boundary_ is not KEEP:
                        raise ValueError("%r: no members with value %r" % (cls, rest))
                    made._name_ += "|%s" % cls._numeric_repr_(rest)
            else:
                made._name_ = None
            return cls._value2member_map_.setdefault(value, made)

        def __contains__(self, other):
            if not isinstance(other, self.__class__):
                raise TypeError(
                    "unsupported operand type(s) for 'in': %r and %r"
                    % (type(other).__qualname__, self.__class__.__qualname__)
                )
            return other._value_ & self._value_ == other._value_

        def __iter__(self):
            yield from self._iter_member_(self._value_)

        def __len__(self):
            return self._value_.bit_count()

        def __repr__(self):
            show = self.__class__._value_repr_ or repr
            if self._name_ is None:
                return "<%s: %s>" % (self.__class__.__name__, show(self._value_))
            return "<%s.%s: %s>" % (self.__class__.__name__, self._name_, show(self._value_))

        def __str__(self):
            if self._name_ is None:
                return "%s(%s)" % (self.__class__.__name__, repr(self._value_))
            return "%s.%s" % (self.__class__.__name__, self._name_)

        def __bool__(self):
            return bool(self._value_)

        def _get_value(self, flag):
            if isinstance(flag, self.__class__):
                return flag._value_
            if self._member_type_ is not object and isinstance(flag, self._member_type_):
                return flag
            return NotImplemented

        def _operand(self, other, operator):
            number = self._get_value(other)
            if number is not NotImplemented:
                for flag in (self, other):
                    if self._get_value(flag) is None:
                        raise TypeError(f"'{flag}' cannot be combined with other flags with {operator}")
            return number

        def __or__(self, other):
            number = self._operand(other, "|")
            return number if number is NotImplemented else self.__class__(self._value_ | number)

        def __and__(self, other):
            number = self._operand(other, "&")
            return number if number is NotImplemented else self.__class__(self._value_ & number)

        def __xor__(self, other):
            number = self._operand(other, "^")
            return number if number is NotImplemented else self.__class__(self._value_ ^ number)

        def __invert__(self):
            if self._value_ is None:
                raise TypeError(f"'{self}' cannot be inverted")
            if self._inverted_ is None:
                if self._boundary_ in (EJECT, KEEP):
                    self._inverted_ = self.__class__(~self._value_)
                else:
                    self._inverted_ = self.__class__(self._singles_mask_ & ~self._value_)
            return self._inverted_

        __rand__ = __and__
        __ror__ = __or__
        __rxor__ = __xor__


    class IntFlag(int, ReprEnum, Flag, boundary=KEEP):
        """Flags that are ints."""


    def _aliases(enumeration):
        duplicates = [(name, found.name) for name, found in enumeration.__members__.items() if name != found.name]
        return ", ".join(f"{alias} -> {name}" for alias, name in duplicates)


    def unique(enumeration):
        """A decorator for enumerations that allows no two names for one value."""
        if details := _aliases(enumeration):
            raise ValueError("duplicate values found in %r: %s" % (enumeration, details))
        return enumeration


    def _dataclass_repr(self):
        fields = ((key, getattr(self, key)) for key, field in self.__dataclass_fields__.items() if field.repr)
        return ", ".join("%s=%r" % pair for pair in fields)


    def global_enum_repr(self):
        return "%s.%s" % (self.__class__.__module__.split(".")[-1], self._name_)


    def global_flag_repr(self):
        module = self.__class__.__module__.split(".")[-1]
        if self._name_ is None:
            return "%s.%s(%r)" % (module, self.__class__.__name__, self._value_)
        return "|".join("%s.%s" % (module, name) for name in self.name.split("|"))


    def global_str(self):
        if self._name_ is None:
            return "%s(%r)" % (self.__class__.__name__, self._value_)
        return self._name_


    def global_enum(cls, update_str=False):
        """A decorator that puts the members into the module of the enumeration."""
        cls.__repr__ = global_flag_repr if issubclass(cls, Flag) else global_enum_repr
        if not issubclass(cls, ReprEnum) or update_str:
            cls.__str__ = global_str
        import sys

        sys.modules[cls.__module__].__dict__.update(cls.__members__)
        return cls


    def show_flag_values(value):
        return list(_bits(value))


    class EnumCheck(StrEnum):
        """What `verify` can check."""

        CONTINUOUS = "no skipped integer values"
        NAMED_FLAGS = "multi-flag aliases may not contain unnamed flags"
        UNIQUE = "one name per value"


    CONTINUOUS, NAMED_FLAGS, UNIQUE = EnumCheck


    class verify:
        """A decorator that checks an enumeration."""

        def __init__(self, *checks):
            self.checks = checks

        def __call__(self, enumeration):
            for check in self.checks:
                if check is UNIQUE:
                    if details := _aliases(enumeration):
                        raise ValueError("aliases found in %r: %s" % (enumeration, details))
                elif check is CONTINUOUS:
                    self._check_continuous(enumeration)
                elif check is NAMED_FLAGS:
                    self._check_named_flags(enumeration)
            return enumeration

        def _check_continuous(self, enumeration):
            values = {found.value for found in enumeration}
            if len(values) < 2:
                return
            low, high = min(values), max(values)
            if issubclass(enumeration, Flag):
                missing = [2**i for i in range(low.bit_length(), high.bit_length() - 1) if 2**i not in values]
            elif all(isinstance(value, int) for value in values):
                missing = [i for i in range(low + 1, high) if i not in values]
            else:
                raise Exception("verify: unknown type %r" % type(enumeration))
            if missing:
                kind = "flag" if issubclass(enumeration, Flag) else "enum"
                listed = ", ".join(str(value) for value in missing)
                raise ValueError(("invalid %s %r: missing values %s" % (kind, enumeration.__name__, listed))[:256])

        def _check_named_flags(self, enumeration):
            values = [found.value for found in enumeration]
            names = []
            unnamed = 0
            for name, alias in enumeration._member_map_.items():
                if name in enumeration._member_names_ or alias.value < 0:
                    continue
                missing = [bit for bit in _bits(alias.value) if bit not in values]
                if missing:
                    names.append(name)
                    for bit in missing:
                        unnamed |= bit
            if not names:
                return
            if len(names) == 1:
                start = "alias %s is missing" % names[0]
            else:
                start = "aliases %s and %s are missing" % (", ".join(names[:-1]), names[-1])
            what = "value 0x%x" % unnamed if _is_single_bit(unnamed) else "combined values of 0x%x" % unnamed
            raise ValueError(
                "invalid Flag %r: %s %s [use enum.show_flag_values(value) for details]"
                % (enumeration.__name__, start, what)
            )
    """#
}
