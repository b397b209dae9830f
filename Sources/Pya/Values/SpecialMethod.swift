/// The methods Python calls by itself. The raw value indexes `TypeObject.specialMethods` and `Names.special`.
enum SpecialMethod: UInt8, CaseIterable {
  case new, `init`, del, repr, str, bytes, format, hash, bool, call
  case lt, le, eq, ne, gt, ge
  case getattribute, getattr, setattr, delattr, dir
  case get, set, delete, setName, initSubclass, classGetitem
  case len, lengthHint, getitem, setitem, delitem, contains, missing, iter, next, reversed
  case add, sub, mul, matmul, truediv, floordiv, mod, divmod, pow, lshift, rshift, and, or, xor
  case radd, rsub, rmul, rmatmul, rtruediv, rfloordiv, rmod, rdivmod, rpow, rlshift, rrshift, rand, ror, rxor
  case iadd, isub, imul, imatmul, itruediv, ifloordiv, imod, ipow, ilshift, irshift, iand, ior, ixor
  case neg, pos, invert, abs, int, float, complex, index, round, trunc, floor, ceil
  case enter, exit, await, aiter, anext, aenter, aexit
  case instancecheck, subclasscheck, prepare, fspath, matchArgs

  /// `__name__`, for `allCases` in their order. A table, since the text of a case would be looked up in the metadata of the type.
  static let pythonNames: [String] = [
    "__new__", "__init__", "__del__", "__repr__", "__str__", "__bytes__", "__format__", "__hash__", "__bool__",
    "__call__", "__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__", "__getattribute__", "__getattr__",
    "__setattr__", "__delattr__", "__dir__", "__get__", "__set__", "__delete__", "__set_name__", "__init_subclass__",
    "__class_getitem__", "__len__", "__length_hint__", "__getitem__", "__setitem__", "__delitem__", "__contains__",
    "__missing__", "__iter__", "__next__", "__reversed__", "__add__", "__sub__", "__mul__", "__matmul__",
    "__truediv__", "__floordiv__", "__mod__", "__divmod__", "__pow__", "__lshift__", "__rshift__", "__and__",
    "__or__", "__xor__", "__radd__", "__rsub__", "__rmul__", "__rmatmul__", "__rtruediv__", "__rfloordiv__",
    "__rmod__", "__rdivmod__", "__rpow__", "__rlshift__", "__rrshift__", "__rand__", "__ror__", "__rxor__",
    "__iadd__", "__isub__", "__imul__", "__imatmul__", "__itruediv__", "__ifloordiv__", "__imod__", "__ipow__",
    "__ilshift__", "__irshift__", "__iand__", "__ior__", "__ixor__", "__neg__", "__pos__", "__invert__", "__abs__",
    "__int__", "__float__", "__complex__", "__index__", "__round__", "__trunc__", "__floor__", "__ceil__",
    "__enter__", "__exit__", "__await__", "__aiter__", "__anext__", "__aenter__", "__aexit__", "__instancecheck__",
    "__subclasscheck__", "__prepare__", "__fspath__", "__match_args__",
  ]

  var pythonName: String { SpecialMethod.pythonNames[Int(rawValue)] }
}
