/// `bool(value)`, `==`, `<`..., `hash`.
extension Runtime {
  @inline(__always)
  func isTrue(_ value: Value) throws(Raised) -> Bool {
    switch value {
    case .bool(let flag): return flag
    case .int(let number): return number != 0
    case .none, .undefined: return false
    case .float(let number): return number != 0
    case .ellipsis: return true
    case .notImplemented: return try truthOfNotImplemented()
    case .object:
      return try value.uncounted.unsafelyUnwrapped.borrowed { (object) throws(Raised) in try isTrue(object) }
    }
  }

  func truthOfNotImplemented() throws(Raised) -> Bool {
    try issueWarning("NotImplemented should not be used in a boolean context", category: "DeprecationWarning")
    return true
  }

  private func isTrue(_ object: Object) throws(Raised) -> Bool {
    if object.isOfHeapType {
      let type = object.type
      if let method = type.special(.bool) {
        let result = try callSpecial(method, .object(object))
        guard case .bool(let flag) = result else {
          throw typeError("__bool__ should return bool, returned \(typeName(result))")
        }
        return flag
      }
      if let method = type.special(.len) { return try lengthFromSpecial(method, .object(object)) != 0 }
    }
    switch object.kind {
    case .string: return unsafeDowncast(object, to: StringObject.self).byteCount > 0
    case .list: return unsafeDowncast(object, to: ListObject.self).count > 0
    case .tuple: return unsafeDowncast(object, to: TupleObject.self).count > 0
    case .dict: return unsafeDowncast(object, to: DictObject.self).count > 0
    case .set: return unsafeDowncast(object, to: SetObject.self).count > 0
    case .bytes, .byteArray: return unsafeDowncast(object, to: BytesObject.self).count > 0
    case .range: return unsafeDowncast(object, to: RangeObject.self).count > 0
    case .complex:
      let number = unsafeDowncast(object, to: ComplexObject.self)
      return number.real != 0 || number.imaginary != 0
    case .intInstance, .floatInstance: return try isTrue(unsafeDowncast(object, to: NumberInstance.self).number)
    case .instance, .type, .function, .bigInt: return true
    default: break
    }
    let count = object.builtInLength
    if count >= 0 { return count > 0 }
    let type = object.type
    // Built-in types without a case above tell by their `__bool__` or `__len__`, if they have one.
    if let method = type.lookup(names[.bool]) { return try isTrue(callSpecial(method, .object(object))) }
    if type.lookup(names[.len]) != nil { return try length(.object(object)) != 0 }
    return true
  }
}
