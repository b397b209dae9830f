import PyaSyntax

/// A call with `*iterable` or `**mapping`.
final class UnpackingCallNode: ExpressionNode {
  enum Item {
    case positional(ExpressionNode)
    case unpacked(ExpressionNode)
    case keyword(StringObject, ExpressionNode)
    case unpackedKeywords(ExpressionNode)
  }

  private let callee: ExpressionNode
  private let method: MethodLookup?
  private let items: [Item]
  /// What passes arguments on: `f(a, b, *args, **kwargs)`. Nil where the call looks otherwise.
  private let relay: Relay?

  /// The arguments of a call whose positional ones come first, with at most one `*` after them and then at most one `**`.
  private final class Relay {
    let leading: NodeRow
    let rest: ExpressionNode?
    let keywords: ExpressionNode?

    init?(_ items: [Item]) {
      var remaining = items[...]
      var leading: [ExpressionNode] = []
      while case .positional(let node)? = remaining.first {
        leading.append(node)
        remaining.removeFirst()
      }
      var rest: ExpressionNode?
      if case .unpacked(let node)? = remaining.first {
        rest = node
        remaining.removeFirst()
      }
      var keywords: ExpressionNode?
      if case .unpackedKeywords(let node)? = remaining.first {
        keywords = node
        remaining.removeFirst()
      }
      if !remaining.isEmpty { return nil }
      self.leading = NodeRow(leading)
      self.rest = rest
      self.keywords = keywords
    }
  }

  init(_ callee: ExpressionNode, _ items: [Item], _ range: SourceRange) {
    self.callee = callee
    method = MethodLookup(callee)
    self.items = items
    relay = Relay(items)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let relay { return try passOn(relay, frame) }
    return try evaluateGeneral(frame)
  }

  /// The arguments are laid out where the callee's frame can be made around them.
  private func passOn(_ relay: Relay, _ frame: Frame) throws(Raised) -> Value {
    let (value, receiver) = if let method { try method.evaluate(frame) } else { (try callee.evaluate(frame), Value.undefined) }
    let extra = receiver.isUndefined ? 0 : 1
    let machine = frame.machine
    let bottom = machine.pointee.stackTop
    guard let header = machine.reserveUnbound(Machine.frameHeaderSize + extra + relay.leading.count) else {
      try frame.fail(machine.stackOverflow(), range)
    }
    let base = header + Machine.frameHeaderSize
    var count = extra
    if extra == 1 { base.initialize(to: receiver) }
    var names: [StringObject] = []
    defer {
      base.deinitializeValues(count)
      machine.pointee.stackTop = bottom
    }
    try relay.leading.evaluate(into: base + extra, frame)
    count += relay.leading.count
    if let rest = relay.rest { try unpack(try rest.evaluate(frame), &count, value, frame) }
    let positionalCount = count
    if let keywords = relay.keywords {
      try unpackKeywords(try keywords.evaluate(frame), &count, &names, value, frame)
    }
    do throws(Raised) {
      return try frame.withRuntime { (runtime) throws(Raised) in
        if names.isEmpty { return try runtime.call(value, inPlace: base, count) }
        return try runtime.call(value, Arguments(base, positionalCount, keywordNames: names))
      }
    } catch { try frame.fail(error, range) }
  }

  /// Puts what follows a `*` behind the arguments that are there, on top of the stack.
  @inline(__always)
  private func unpack(_ iterable: Value, _ count: inout Int, _ callee: Value, _ frame: Frame) throws(Raised) {
    let machine = frame.machine
    if let held = iterable.uncounted, held.isPlain, held.kind == .tuple || held.kind == .list {
      let (items, more) = held.storedItems
      guard let places = machine.reserveUnbound(more) else { try frame.fail(machine.stackOverflow(), range) }
      places.initializeCopies(of: items, count: more)
      count += more
      return withExtendedLifetime(iterable) {}
    }
    let elements: [Value]
    do { elements = try frame.runtime.collected(iterable) } catch {
      try frame.fail(describe(error, callee, iterable, frame.runtime), range)
    }
    guard let places = machine.reserveUnbound(elements.count) else { try frame.fail(machine.stackOverflow(), range) }
    for (index, element) in elements.enumerated() { (places + index).initialize(to: element) }
    count += elements.count
  }

  /// Puts the values of what follows a `**` there, and their names into `names`.
  @inline(__always)
  private func unpackKeywords(
    _ mapping: Value, _ count: inout Int, _ names: inout [StringObject], _ callee: Value, _ frame: Frame
  ) throws(Raised) {
    if mapping.dict?.count == 0 { return }
    if let held = mapping.uncounted, held.kind == .dict, held.isPlain,
      held.as(DictObject.self)._withUnsafeGuaranteedRef({ layOut($0, &count, &names, frame) })
    {
      return
    }
    var keywords: [(name: StringObject, value: Value)] = []
    do { try merge(mapping, into: &keywords, callee, frame.runtime) } catch { try frame.fail(error, range) }
    guard let places = frame.machine.reserveUnbound(keywords.count) else { try frame.fail(frame.machine.stackOverflow(), range) }
    for (index, keyword) in keywords.enumerated() { (places + index).initialize(to: keyword.value) }
    count += keywords.count
    names = keywords.map(\.name)
  }

  /// The same for a dictionary whose keys are plain strings, on top of the stack. False: nothing was done.
  private func layOut(_ dict: DictObject, _ count: inout Int, _ names: inout [StringObject], _ frame: Frame) -> Bool {
    for index in 0..<dict.used where !dict.keyPlace(index).holdsUndefined && !dict.keyPlace(index).holdsPlainString { return false }
    guard let places = frame.machine.reserveUnbound(dict.count) else { return false }
    names.reserveCapacity(dict.count)
    let runtime = frame.runtime
    for index in 0..<dict.used {
      guard case .object(let key) = dict.keyPlace(index).pointee else { continue }
      (places + names.count).initialize(toCopyAt: dict.valuePlace(index))
      names.append(runtime.intern(unsafeDowncast(key, to: StringObject.self)))
    }
    count += names.count
    return true
  }

  @inline(never)
  private func evaluateGeneral(_ frame: Frame) throws(Raised) -> Value {
    let value = try callee.evaluate(frame)
    let machine = frame.machine
    let base = machine.pointee.stackTop
    var count = 0
    defer {
      base.deinitializeValues(count)
      machine.pointee.stackTop = base
    }
    /// Takes a place more, behind those that are filled.
    func extend() throws(Raised) -> UnsafeMutablePointer<Value> {
      guard let place = machine.reserveUnbound(1) else { try frame.fail(machine.stackOverflow(), range) }
      return place
    }
    // Their values follow the positional arguments, which may still come after them.
    var keywords: [(name: StringObject, value: Value)] = []
    for item in items {
      switch item {
      case .positional(let node):
        let argument = try node.evaluate(frame)
        try extend().initialize(to: argument)
        count += 1
      case .unpacked(let node): try unpack(try node.evaluate(frame), &count, value, frame)
      case .keyword(let name, let node):
        let argument = try node.evaluate(frame)
        if keywords.contains(where: { $0.name === name }) { try frame.fail(repeated(name, value, frame.runtime), range) }
        keywords.append((name, argument))
      case .unpackedKeywords(let node):
        let mapping = try node.evaluate(frame)
        if mapping.dict?.count == 0 { continue }
        do { try merge(mapping, into: &keywords, value, frame.runtime) } catch { try frame.fail(error, range) }
      }
    }
    let positionalCount = count
    for keyword in keywords {
      try extend().initialize(to: keyword.value)
      count += 1
    }
    do throws(Raised) {
      let arguments = Arguments(base, positionalCount, keywordNames: keywords.isEmpty ? [] : keywords.map(\.name))
      return try frame.withRuntime { (runtime) throws(Raised) in
        guard let callee = value.uncounted else { return try runtime.call(value, arguments) }
        return try callee.borrowed { (callee) throws(Raised) in try callee.call(runtime, arguments) }
      }
    } catch { try frame.fail(error, range) }
  }

  private func describe(_ raised: Raised, _ callee: Value, _ iterable: Value, _ runtime: Runtime) -> Raised {
    let type = runtime.type(of: iterable)
    guard runtime.matches(raised, .typeError), type.lookup(runtime.names[.iter]) == nil,
      type.lookup(runtime.names[.getitem]) == nil
    else { return raised }
    let positionalCount = items.count { item in
      switch item {
      case .positional, .unpacked: true
      case .keyword, .unpackedKeywords: false
      }
    }
    let subject = positionalCount == 1 ? "\(runtime.calleeName(callee)) argument" : "Value"
    return runtime.typeError("\(subject) after * must be an iterable, not \(runtime.typeName(iterable))")
  }

  private func repeated(_ name: StringObject, _ callee: Value, _ runtime: Runtime) -> Raised {
    runtime.typeError("\(runtime.calleeName(callee)) got multiple values for keyword argument '\(name.text)'")
  }

  private func merge(
    _ mapping: Value, into keywords: inout [(name: StringObject, value: Value)], _ callee: Value, _ runtime: Runtime
  ) throws(Raised) {
    for (key, value) in try runtime.entries(ofMapping: mapping, for: callee) {
      guard let name = key.string else { throw runtime.typeError("keywords must be strings") }
      if keywords.contains(where: { $0.name.hasSameText(as: name) }) {
        throw repeated(name, callee, runtime)
      }
      keywords.append((runtime.intern(name), value))
    }
  }
}

extension Unmanaged where Instance == Object {
  /// The elements of a tuple or list.
  @inline(__always)
  fileprivate var storedItems: (UnsafeMutablePointer<Value>, Int) {
    if kind == .tuple { return self.as(TupleObject.self)._withUnsafeGuaranteedRef { ($0.items, $0.count) } }
    return self.as(ListObject.self)._withUnsafeGuaranteedRef { ($0.items, $0.count) }
  }
}

extension Runtime {
  /// `f()` as messages about its arguments call it.
  func calleeName(_ callee: Value) -> String {
    if let function = callee.cast(.function, to: FunctionObject.self) {
      return "\(moduleQualifier(function.moduleName))\(function.qualifiedName.text)()"
    }
    if let method = callee.cast(.boundMethod, to: BoundMethod.self) { return calleeName(method.function) }
    if let native = callee.cast(.nativeFunction, to: NativeFunction.self) { return "\(native.displayName)()" }
    if let type = callee.type { return "\(type.isHeap ? type.moduleName + "." : "")\(type.qualifiedName)()" }
    return (try? str(callee).text) ?? "\(typeName(callee)) object"
  }

  private func moduleQualifier(_ module: Value) -> String {
    guard let name = module.string, name.text != "builtins" else { return "" }
    return name.text + "."
  }

  /// The entries of what stands after `**`.
  func entries(ofMapping mapping: Value, for callee: Value) throws(Raised) -> [(Value, Value)] {
    if let dict = mapping.dict, dict.type.special(.iter) == nil { return dict.liveEntries.map { ($0.key, $0.value) } }
    guard let keys = try getAttributeIfPresent(mapping, intern("keys")) else {
      throw typeError("\(calleeName(callee)) argument after ** must be a mapping, not \(typeName(mapping))")
    }
    var result: [(Value, Value)] = []
    for key in try array(try call(keys)) { result.append((key, try getItem(mapping, key))) }
    return result
  }
}
