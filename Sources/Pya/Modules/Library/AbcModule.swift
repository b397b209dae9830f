extension Library {
  /// `abc`
  static let abcSource = #"""
    """Abstract base classes."""


    def abstractmethod(funcobj):
        """Mark a method that classes must define before they have instances."""
        funcobj.__isabstractmethod__ = True
        return funcobj


    class abstractclassmethod(classmethod):
        __isabstractmethod__ = True

        def __init__(self, callable):
            callable.__isabstractmethod__ = True
            super().__init__(callable)


    class abstractstaticmethod(staticmethod):
        __isabstractmethod__ = True

        def __init__(self, callable):
            callable.__isabstractmethod__ = True
            super().__init__(callable)


    class abstractproperty(property):
        __isabstractmethod__ = True


    class _Registrations:
        """What an abstract class knows of classes that count as its subclasses."""

        # Grows with every registration anywhere: a "no" that was remembered before that is asked again.
        generation = 0

        def __init__(self):
            self.classes = []
            self.yes = set()
            self.no = set()
            self.no_generation = 0

        def __repr__(self):
            return "<_abc._abc_data object at %s>" % hex(id(self))


    def _abstract_names(cls, names):
        return {name for name in names if getattr(getattr(cls, name, None), "__isabstractmethod__", False)}


    def _compute_abstract_methods(cls):
        abstracts = _abstract_names(cls, list(cls.__dict__))
        for base in cls.__bases__:
            abstracts |= _abstract_names(cls, getattr(base, "__abstractmethods__", ()))
        cls.__abstractmethods__ = frozenset(abstracts)


    class ABCMeta(type):
        """Metaclass of abstract base classes."""

        def __new__(mcls, name, bases, namespace, /, **kwargs):
            cls = super().__new__(mcls, name, bases, namespace, **kwargs)
            _compute_abstract_methods(cls)
            cls._abc_impl = _Registrations()
            return cls

        def register(cls, subclass):
            """Count a class as a subclass of this one. Returns it, for use as a decorator."""
            if not isinstance(subclass, type):
                raise TypeError("Can only register classes")
            if issubclass(subclass, cls):
                return subclass
            if issubclass(cls, subclass):
                raise RuntimeError("Refusing to create an inheritance cycle")
            cls._abc_impl.classes.append(subclass)
            _Registrations.generation += 1
            return subclass

        def __instancecheck__(cls, instance):
            subclass = instance.__class__
            if subclass in cls._abc_impl.yes:
                return True
            subtype = type(instance)
            if subtype is subclass:
                return cls.__subclasscheck__(subclass)
            return cls.__subclasscheck__(subclass) or cls.__subclasscheck__(subtype)

        def __subclasscheck__(cls, subclass):
            if not isinstance(subclass, type):
                raise TypeError("issubclass() arg 1 must be a class")
            known = cls._abc_impl
            if subclass in known.yes:
                return True
            if known.no_generation != _Registrations.generation:
                known.no = set()
                known.no_generation = _Registrations.generation
            elif subclass in known.no:
                return False
            answer = cls.__subclasshook__(subclass)
            if answer is NotImplemented:
                answer = (
                    cls in subclass.__mro__
                    or any(issubclass(subclass, other) for other in known.classes)
                    or any(issubclass(subclass, other) for other in cls.__subclasses__())
                )
            elif not isinstance(answer, bool):
                raise AssertionError("__subclasshook__ must return either False, True, or NotImplemented")
            if answer:
                known.yes.add(subclass)
            else:
                known.no.add(subclass)
            return answer


    class ABC(metaclass=ABCMeta):
        """An abstract base class to derive from."""

        __slots__ = ()


    def update_abstractmethods(cls):
        """Look again which methods are abstract, after methods were added to a class."""
        if hasattr(cls, "__abstractmethods__"):
            _compute_abstract_methods(cls)
        return cls


    def get_cache_token():
        return _Registrations.generation
    """#
}
