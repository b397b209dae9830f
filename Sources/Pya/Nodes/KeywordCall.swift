import PyaSyntax

/// A call with keyword arguments but nothing to unpack.
///
/// The node remembers which parameters of the code called last its keywords name, so that the arguments go straight into the slots.
final class KeywordCallNode: ExpressionNode {
  private let callee: ExpressionNode
  private let method: MethodLookup?
  /// Positional ones, then the keywords' values.
  private let arguments: CallArguments
  private let positional: CallArguments
  private let keywordValues: NodeRow
  private let positionalCount: Int
  private let keywordNames: [StringObject]
  /// The only positional argument, if it is a generator expression that may begin unseen, and the keywords' values. For functions that only
  /// take all its elements, `sorted(expression, key=...)`.
  private let passed: (generator: GeneratorExpressionNode, keywordValues: CallArguments)?
  /// The code that `slots` is about, with how many positional arguments, and the slot of each keyword in it; `owners` keeps it.
  private var knownCode: UnsafeMutableRawPointer?
  private var knownGiven = 0
  private let slots: UnsafeMutablePointer<Int>
  private var owners = CacheOwners()

  init(
    _ callee: ExpressionNode, _ positional: [ExpressionNode], keywordNames: [StringObject],
    keywordValues: [ExpressionNode], _ range: SourceRange
  ) {
    self.callee = callee
    method = MethodLookup(callee)
    arguments = CallArguments(positional + keywordValues)
    self.positional = CallArguments(positional)
    self.keywordValues = NodeRow(keywordValues)
    positionalCount = positional.count
    self.keywordNames = keywordNames
    if positional.count == 1, let first = positional[0] as? GeneratorExpressionNode, first.canBeginUnseen {
      passed = (first, CallArguments(keywordValues))
    } else {
      passed = nil
    }
    slots = .allocate(capacity: keywordNames.count)
    slots.initialize(repeating: 0, count: keywordNames.count)
    super.init(range)
  }

  deinit { slots.deallocate() }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let method {
      let (callee, receiver) = try method.evaluate(frame)
      return receiver.isUndefined ? try call(callee, frame) : try callMethod(callee, receiver, frame)
    }
    return try call(try callee.evaluate(frame), frame)
  }

  /// Calls a function found on the receiver's type.
  private func callMethod(_ callee: Value, _ receiver: Value, _ frame: Frame) throws(Raised) -> Value {
    guard let held = callee.uncounted else { return .none }
    if held.kind == .function, matches(held.as(FunctionObject.self), given: positionalCount + 1) {
      return try call(held.as(FunctionObject.self), receiver: receiver, frame)
    }
    let machine = frame.machine
    guard let base = machine.reserveUnbound(1) else { try frame.fail(machine.stackOverflow(), range) }
    defer { machine.release(base, 1) }
    base.initialize(to: receiver)
    return try lending(arguments, frame) { (runtime, _) throws(Raised) in
      try held.borrowed { (function) throws(Raised) in
        try function.call(runtime, Arguments(base, positionalCount + 1, keywordNames: keywordNames))
      }
    }
  }

  @inline(__always)
  private func call(_ value: Value, _ frame: Frame) throws(Raised) -> Value {
    if let held = value.uncounted {
      if held.kind == .function {
        let function = held.as(FunctionObject.self)
        if matches(function, given: positionalCount) { return try call(function, receiver: nil, frame) }
      } else if held.kind == .boundMethod {
        let (function, receiver) = held.as(BoundMethod.self)._withUnsafeGuaranteedRef { ($0.function.uncounted, $0.receiver) }
        if let function, function.kind == .function, matches(function.as(FunctionObject.self), given: positionalCount + 1) {
          return try call(function.as(FunctionObject.self), receiver: receiver, frame)
        }
      } else if let passed, held.kind == .nativeFunction {
        let native = held.as(NativeFunction.self)
        if native._withUnsafeGuaranteedRef({ $0.shortcut.takesAllElements && !$0.isMethod }) {
          return try passing(passed.generator, keywordValues: passed.keywordValues, frame) { (runtime, base) throws(Raised) in
            try native.borrowed { (native) throws(Raised) in
              try native.call(runtime, Arguments(base, 1, keywordNames: keywordNames))
            }
          }
        }
      }
    }
    return try lending(arguments, frame) { (runtime, base) throws(Raised) in
      try runtime.call(value, Arguments(base, positionalCount, keywordNames: keywordNames))
    }
  }

  /// Whether the function takes these keywords beside so many positional arguments, each once.
  @inline(__always)
  private func matches(_ function: Unmanaged<FunctionObject>, given: Int) -> Bool {
    let code = function._withUnsafeGuaranteedRef { $0.codePointer }
    return (code == knownCode && given == knownGiven) || function._withUnsafeGuaranteedRef { learn($0, given: given) }
  }

  @inline(never)
  private func learn(_ function: FunctionObject, given: Int) -> Bool {
    // Nothing is known while `slots` changes, nor after a function that does not match.
    knownCode = nil
    let layout = function.code.parameters
    guard function.code.flavour == .plain, !layout.hasVariadic, !layout.hasVariadicKeywords, given <= layout.positionalCount
    else { return false }
    for (index, name) in keywordNames.enumerated() {
      guard let slot = layout.slot(of: name, given: given) else { return false }
      slots[index] = slot
    }
    guard owners.keep(function.code) else { return false }
    knownCode = function.codePointer
    knownGiven = given
    return true
  }

  /// Calls a function that `matches`: the arguments are evaluated into its slots. The caller keeps it.
  private func call(_ function: Unmanaged<FunctionObject>, receiver: Value?, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    let (size, code) = function._withUnsafeGuaranteedRef { ($0.frameSize, $0.codePointer) }
    guard let body = machine.openFrame(function, size) else { try frame.fail(machine.stackOverflow(), range) }
    var given = positionalCount
    do throws(Raised) {
      if let receiver {
        body.slots.initialize(to: receiver)
        try positional.evaluate(into: body.slots + 1, frame)
        given &+= 1
      } else {
        try positional.evaluate(into: body.slots, frame)
      }
      for index in 0..<keywordValues.count {
        let value = try keywordValues.evaluate(index, frame)
        // The arguments may have called other functions from this very node.
        let slot = code == knownCode && given == knownGiven ? slots[index] : self.slot(of: index, code, given: given)
        (body.slots + slot).initialize(to: value)
      }
    } catch { try abandon(body, size, frame, error) }
    do throws(Raised) {
      try function.borrowed { (function) throws(Raised) in try function.complete(body, givenWithKeywords: given, machine) }
    } catch { try abandon(body, size, frame, frame.located(error, range)) }
    return try runPlain(function, body, size, frame)
  }

  /// The slot of a keyword in code that `matches`.
  @inline(never)
  private func slot(of keyword: Int, _ code: UnsafeMutableRawPointer, given: Int) -> Int {
    Unmanaged<Code>.fromOpaque(code)._withUnsafeGuaranteedRef { $0.parameters.slot(of: keywordNames[keyword], given: given) ?? 0 }
  }
}

extension ParameterLayout {
  /// The slot of the parameter that a keyword names beside so many positional arguments.
  fileprivate func slot(of name: StringObject, given: Int) -> Int? {
    let bindable = positionalCount + keywordOnlyCount
    var slot = max(given, positionalOnlyCount)
    while slot < bindable, !names[slot].hasSameText(as: name) { slot += 1 }
    return slot < bindable ? slot : nil
  }
}
