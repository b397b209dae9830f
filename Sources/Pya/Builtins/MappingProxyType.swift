/// `mappingproxy`: a read-only view of a mapping, such as a class's `__dict__`.
final class MappingProxyObject: Object {
  let mapping: Value

  init(_ runtime: Runtime, _ mapping: Value) {
    self.mapping = mapping
    super.init(type: runtime.types.mappingProxy, kind: .other)
  }

  /// `gc.get_referents` would hand out what a class has.
  override func visitContents(_ tracer: Tracer) { if !tracer.isListing { tracer.visit(mapping) } }
}

extension Runtime {
  func installMappingProxyType() {
    let type = types.mappingProxy
    type.defineTypeArguments(self)
    type.construct = { (runtime, _, arguments) throws(Raised) in
      guard arguments.count == 1 else {
        throw runtime.typeError("mappingproxy() missing required argument 'mapping' (pos 1)")
      }
      let mapping = arguments[0]
      guard runtime.type(of: mapping).lookup(runtime.names[.getitem]) != nil, mapping.list == nil, mapping.tuple == nil
      else {
        throw runtime.typeError("mappingproxy() argument must be a mapping, not \(runtime.typeName(mapping))")
      }
      return .object(MappingProxyObject(runtime, mapping))
    }
    defineProxy("__getitem__", "self, key, /") { (runtime, mapping, arguments) throws(Raised) in
      try runtime.getItem(mapping, arguments[1])
    }
    defineProxy("__contains__", "self, key, /") { (runtime, mapping, arguments) throws(Raised) in
      .bool(try runtime.contains(mapping, arguments[1]))
    }
    defineProxy("__len__", "self, /") { (runtime, mapping, _) throws(Raised) in .int(try runtime.length(mapping)) }
    defineProxy("__iter__", "self, /") { (runtime, mapping, _) throws(Raised) in
      .object(try runtime.iterator(mapping))
    }
    defineProxy("__reversed__", "self, /") { (runtime, mapping, _) throws(Raised) in
      try runtime.callMethod(mapping, "__reversed__")
    }
    defineProxy("__repr__", "self, /") { (runtime, mapping, _) throws(Raised) in
      .object(runtime.string("mappingproxy(\(try runtime.repr(mapping).text))"))
    }
    defineProxy("__str__", "self, /") { (runtime, mapping, _) throws(Raised) in .object(try runtime.str(mapping)) }
    defineProxy("__hash__", "self, /") { (runtime, mapping, _) throws(Raised) in .int(try runtime.hash(mapping)) }
    defineProxy("__eq__", "self, value, /") { (runtime, mapping, arguments) throws(Raised) in
      let (left, right) = runtime.operands(mapping, arguments[1])
      return .bool(try runtime.equals(left, right))
    }
    defineProxy("__ne__", "self, value, /") { (runtime, mapping, arguments) throws(Raised) in
      let (left, right) = runtime.operands(mapping, arguments[1])
      return .bool(!(try runtime.equals(left, right)))
    }
    defineProxy("__or__", "self, value, /") { (runtime, mapping, arguments) throws(Raised) in
      let (left, right) = runtime.operands(mapping, arguments[1])
      return try runtime.binary(.or, left, right)
    }
    defineProxy("__ror__", "self, value, /") { (runtime, mapping, arguments) throws(Raised) in
      let (right, left) = runtime.operands(mapping, arguments[1])
      return try runtime.binary(.or, left, right)
    }
    defineProxy("__ior__", "self, value, /") { (runtime, mapping, _) throws(Raised) in
      throw runtime.typeError("'|=' is not supported by mappingproxy; use '|' instead")
    }
    for name in ["keys", "values", "items", "copy"] {
      defineProxy(name, "self, /") { (runtime, mapping, _) throws(Raised) in try runtime.callMethod(mapping, name) }
    }
    defineProxy("get", "self, key, default=None, /") { (runtime, mapping, arguments) throws(Raised) in
      let fallback = arguments[2].isUndefined ? Value.none : arguments[2]
      return try runtime.callMethod(mapping, "get", [arguments[1], fallback])
    }
  }

  /// The mapping and the other operand, without proxies. A method of the program gets a copy: what a class has, it changes through the class.
  private func operands(_ mapping: Value, _ other: Value) -> (Value, Value) {
    let other = (other.object as? MappingProxyObject)?.mapping ?? other
    func isPlain(_ value: Value) -> Bool { value.object?.isExactly(types.dict) ?? true }
    func copied(_ value: Value) -> Value { value.object?.isExactly(types.dict) == true ? value.dict.map { .object($0.copy(self)) } ?? value : value }
    return (isPlain(other) ? mapping : copied(mapping), isPlain(mapping) ? other : copied(other))
  }

  private func defineProxy(
    _ name: String, _ signature: NativeSignature,
    _ body: @escaping (Runtime, Value, Arguments) throws(Raised) -> Value
  ) {
    types.mappingProxy.define(self, name, signature) { (runtime, arguments) throws(Raised) in
      guard let proxy = arguments[0].object as? MappingProxyObject else { return .notImplemented }
      return try body(runtime, proxy.mapping, arguments)
    }
  }
}
