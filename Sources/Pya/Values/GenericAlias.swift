/// `list[int]`: a class with type arguments, which mean nothing at run time.
final class GenericAlias: Object {
  final let origin: Value
  /// A tuple.
  final let parameters: TupleObject

  /// `list[int]` has the argument `(int,)`, `dict[str, int]` has `(str, int)`.
  init(_ runtime: Runtime, origin: Value, key: Value) {
    self.origin = origin
    parameters = key.tuple ?? TupleObject(runtime, [key])
    super.init(type: runtime.types.genericAlias, kind: .other)
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    try runtime.call(origin, arguments)
  }

  /// Everything else is the class's own: `list[int].append`.
  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    if name.text.hasPrefix("__"), name.text != "__name__", name.text != "__qualname__", name.text != "__module__",
      name.text != "__doc__"
    {
      return nil
    }
    return try runtime.getAttributeIfPresent(origin, name)
  }
}
