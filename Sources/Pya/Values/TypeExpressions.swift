/// `list[int]`: a class with type arguments, which behaves as the class wherever it is used.
final class GenericAliasObject: Object {
  let origin: Value
  let arguments: [Value]
  /// `*tuple[int, str]`, from iterating over the alias.
  let isUnpacked: Bool

  init(_ runtime: Runtime, origin: Value, arguments: [Value], isUnpacked: Bool = false) {
    self.origin = origin
    self.arguments = arguments
    self.isUnpacked = isUnpacked
    super.init(type: runtime.types.genericAlias, kind: .other)
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    let made = try runtime.call(origin, arguments)
    guard runtime.type(of: made).isHeap else { return made }
    do throws(Raised) {
      try runtime.setAttribute(made, runtime.intern("__orig_class__"), .object(self))
    } catch {
      // Instances without room for it go without.
      guard runtime.matches(error, "AttributeError") || runtime.matches(error, "TypeError") else { throw error }
    }
    return made
  }

  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    switch name.text {
    case "__class__", "__bases__", "__origin__", "__args__", "__unpacked__", "__parameters__",
      "__typing_unpacked_tuple_args__", "__mro_entries__", "__reduce_ex__", "__reduce__", "__copy__", "__deepcopy__":
      return nil
    default: return try runtime.getAttribute(origin, name)
    }
  }
}

/// `int | None`: a union of types.
final class UnionObject: Object {
  /// At least two, none equal to another; None stands for its type.
  let members: [Value]

  init(_ runtime: Runtime, _ members: [Value]) {
    self.members = members
    super.init(type: runtime.types.unionType, kind: .other)
  }
}
