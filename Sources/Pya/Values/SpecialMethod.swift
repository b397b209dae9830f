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

  /// `__name__`
  var pythonName: String {
    switch self {
    case .setName: "__set_name__"
    case .initSubclass: "__init_subclass__"
    case .classGetitem: "__class_getitem__"
    case .lengthHint: "__length_hint__"
    case .matchArgs: "__match_args__"
    default: "__\(self)__"
    }
  }
}
