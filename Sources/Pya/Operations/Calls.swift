import CSystem

/// Calling values.
extension Runtime {
  /// Calls any value. The arguments stay the caller's.
  @inline(__always)
  func call(_ callee: Value, _ arguments: Arguments) throws(Raised) -> Value {
    guard case .object(let object) = callee else { throw typeError("'\(typeName(callee))' object is not callable") }
    return try object.call(self, arguments)
  }

  func call(_ callee: Value) throws(Raised) -> Value { try call(callee, Arguments(machine.pointee.stackTop, 0)) }

  func call(_ callee: Value, _ first: Value) throws(Raised) -> Value {
    let base = try machine.reserveCall(1)
    base.initialize(to: first)
    do throws(Raised) {
      let result = try call(callee, inPlace: base, 1)
      machine.endCall(base, 1)
      return result
    } catch { try abandonCall(base, 1, error) }
  }

  /// The callee failed: gives its arguments back.
  @inline(never)
  private func abandonCall(_ base: UnsafeMutablePointer<Value>, _ count: Int, _ raised: Raised) throws(Raised) -> Never {
    machine.endCall(base, count)
    throw raised
  }

  func call(_ callee: Value, _ first: Value, _ second: Value) throws(Raised) -> Value {
    let base = try machine.reserveCall(2)
    base.initialize(to: first)
    (base + 1).initialize(to: second)
    do throws(Raised) {
      let result = try call(callee, inPlace: base, 2)
      machine.endCall(base, 2)
      return result
    } catch { try abandonCall(base, 2, error) }
  }

  func call(_ callee: Value, _ first: Value, _ second: Value, _ third: Value) throws(Raised) -> Value {
    let base = try machine.reserveCall(3)
    defer { machine.endCall(base, 3) }
    base.initialize(to: first)
    (base + 1).initialize(to: second)
    (base + 2).initialize(to: third)
    return try call(callee, inPlace: base, 3)
  }

  /// Calls with positional arguments in slots of `reserveCall`.
  @inline(__always)
  func call(_ callee: Value, inPlace base: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> Value {
    guard let held = callee.uncounted else { throw typeError("'\(typeName(callee))' object is not callable") }
    return try held.borrowed { (object) throws(Raised) in try object.call(self, inPlace: base, count) }
  }

  func call(_ callee: Value, _ positional: [Value], keywords: [(name: StringObject, value: Value)] = []) throws(Raised)
    -> Value
  {
    try withArguments(positional, keywords: keywords) { (arguments) throws(Raised) in try call(callee, arguments) }
  }

  /// Lays values out on the value stack for the time of `body`.
  func withArguments<Result>(
    _ positional: [Value], keywords: [(name: StringObject, value: Value)] = [],
    _ body: (Arguments) throws(Raised) -> Result
  ) throws(Raised) -> Result {
    let total = positional.count + keywords.count
    let base = try machine.reserve(total)
    defer { machine.release(base, total) }
    for (index, value) in positional.enumerated() { (base + index).initialize(to: value) }
    for (index, keyword) in keywords.enumerated() { (base + positional.count + index).initialize(to: keyword.value) }
    return try body(Arguments(base, positional.count, keywordNames: keywords.map(\.name)))
  }

  /// `object.name(arguments...)`.
  func callMethod(_ receiver: Value, _ name: String, _ positional: [Value] = []) throws(Raised) -> Value {
    try call(try getAttribute(receiver, intern(name)), positional)
  }

  /// Calls a special method found on the type: a function gets the receiver as its first argument, another descriptor is
  /// bound first.
  func callSpecial(_ method: Value, _ receiver: Value, _ rest: [Value]) throws(Raised) -> Value {
    if isPlainFunction(method) { return try call(method, [receiver] + rest) }
    return try call(try bind(method, to: receiver), rest)
  }

  /// What an object without a native way of being called does: its class's `__call__`.
  func callThroughSpecialMethod(_ object: Object, _ arguments: Arguments) throws(Raised) -> Value {
    guard let method = object.type.lookup(names[.call]) else {
      throw typeError("'\(object.type.messageName)' object is not callable")
    }
    try enter(" while calling a Python object")
    defer { leave() }
    if isPlainFunction(method) { return try callPrepending(method, .object(object), arguments) }
    return try call(try bind(method, to: .object(object)), arguments)
  }

  func isCallable(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    switch object.kind {
    case .function, .nativeFunction, .boundMethod, .type, .staticMethod: return true
    default: return object.type.lookup(names[.call]) != nil
    }
  }

  // MARK: Guards

  /// Counts a recursion of the interpreter's own: `repr` of nested lists, `==`, `json`, ... Calls of Python functions have a
  /// count and a limit of their own (`enterFrame`). The circumstance goes into the message: " in comparison".
  @inline(__always)
  func enter(_ circumstance: StaticString = "") throws(Raised) {
    machine.pointee.nativeDepth += 1
    if machine.pointee.nativeDepth > Machine.nativeDepthLimit || machine.nativeStackIsExhausted {
      try pauseOrRefuse(circumstance)
    }
  }

  @inline(never)
  private func pauseOrRefuse(_ circumstance: StaticString) throws(Raised) {
    if machine.pointee.nativeDepth <= Machine.nativeDepthLimit, machine.hasYieldedInstead() { return }
    machine.pointee.nativeDepth -= 1
    throw recursionError(circumstance)
  }

  @inline(__always)
  func leave() { machine.pointee.nativeDepth -= 1 }
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// Whether the native stack is used up to its reserve.
  @inline(__always)
  var nativeStackIsExhausted: Bool { native_frame_address() < pointee.nativeStackLimit }
}
