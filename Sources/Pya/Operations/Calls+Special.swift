/// Special methods called with few arguments, without an array.
extension Runtime {
  func callSpecial(_ method: Value, _ receiver: Value) throws(Raised) -> Value {
    if isPlainFunction(method) { return try call(method, receiver) }
    return try call(try bind(method, to: receiver))
  }

  func callSpecial(_ method: Value, _ receiver: Value, _ argument: Value) throws(Raised) -> Value {
    if isPlainFunction(method) { return try call(method, receiver, argument) }
    return try call(try bind(method, to: receiver), argument)
  }

  func callSpecial(_ method: Value, _ receiver: Value, _ first: Value, _ second: Value) throws(Raised) -> Value {
    if isPlainFunction(method) { return try call(method, receiver, first, second) }
    return try call(try bind(method, to: receiver), first, second)
  }

  func callSpecial(
    _ method: Value, _ receiver: Value, _ first: Value, _ second: Value, _ third: Value
  ) throws(Raised) -> Value {
    guard isPlainFunction(method) else { return try call(try bind(method, to: receiver), first, second, third) }
    let base = try machine.reserveCall(4)
    defer { machine.endCall(base, 4) }
    base.initialize(to: receiver)
    (base + 1).initialize(to: first)
    (base + 2).initialize(to: second)
    (base + 3).initialize(to: third)
    return try call(method, inPlace: base, 4)
  }

  @inline(__always)
  func isPlainFunction(_ method: Value) -> Bool {
    guard case .object(let object) = method else { return false }
    return object.kind == .function || object.kind == .nativeFunction
  }
}
