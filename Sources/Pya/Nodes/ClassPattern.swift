import PyaSyntax

/// `case Point(0, y=y)`.
///
/// What the class says of its positional sub-patterns (`__match_args__`) is remembered until the class changes; attributes are read through
/// nodes, which remember where they lie.
final class ClassPattern: PatternNode {
  private let type: ExpressionNode
  private let positional: Row<PatternNode>
  private let keywords: Row<PatternNode>
  private let keywordAttributes: Row<AttributeNode>
  /// The class whose attributes `positionalAttributes` are, by its token; 0: none yet.
  private var knownToken = 0
  private var positionalAttributes: Row<AttributeNode>
  private var matchesItself = false

  init(
    _ type: ExpressionNode, positional: [PatternNode], keywords: [(name: StringObject, pattern: PatternNode)], _ range: SourceRange
  ) {
    self.type = type
    self.positional = Row(positional)
    self.keywords = Row(keywords.map(\.pattern))
    keywordAttributes = Row(keywords.map { AttributeNode(ConstantNode(.none, range), $0.name, range) })
    positionalAttributes = Row([])
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    let typeValue = try type.evaluate(frame)
    do throws(Raised) {
      guard let type = typeValue.type else { throw frame.runtime.typeError("called match pattern must be a class") }
      guard try isInstance(subject, type, frame.runtime) else { return false }
      if positional.count > 0, knownToken != type.token { try learn(type, frame.runtime) }
      switch (positional.count, keywords.count) {
      case (0, 0): return true
      case (1, 0):
        if matchesItself { return try positional.matches(0, frame, subject) }
        return try matchesOne(positional, of: subject, positionalAttributes, frame)
      case (0, 1): return try matchesOne(keywords, of: subject, keywordAttributes, frame)
      default: return try matchesAll(frame, subject)
      }
    } catch { try frame.fail(error, range) }
  }

  @inline(__always)
  private func isInstance(_ subject: Value, _ type: TypeObject, _ runtime: Runtime) throws(Raised) -> Bool {
    if let held = subject.uncounted, held._withUnsafeGuaranteedRef({ $0.isExactly(type) }) { return true }
    return try runtime.isInstance(subject, ofAny: .object(type))
  }

  @inline(__always)
  private func matchesOne(
    _ patterns: Row<PatternNode>, of subject: Value, _ attributes: Row<AttributeNode>, _ frame: Frame
  ) throws(Raised) -> Bool {
    let value = try read(attributes[0], of: subject, frame)
    return value.isUndefined ? false : try patterns.matches(0, frame, value)
  }

  /// The attribute, or undefined if the object has none.
  @inline(__always)
  private func read(_ attribute: Unmanaged<AttributeNode>, of subject: Value, _ frame: Frame) throws(Raised) -> Value {
    try attribute.borrowed { (node) throws(Raised) in try node.attributeIfPresent(of: subject, frame) }
  }

  /// Reads all attributes before the first of them is tested, as a property could tell.
  private func matchesAll(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    let count = positional.count + keywords.count
    if count == 2 {
      // By far the most common number.
      let first = try part(0, of: subject, frame)
      if first.isUndefined { return false }
      let second = try part(1, of: subject, frame)
      if second.isUndefined { return false }
      guard try matches(0, frame, first) else { return false }
      return try matches(1, frame, second)
    }
    let values = try frame.machine.reserveCall(count)
    var done = 0
    defer { frame.machine.endCall(values, done) }
    while done < count {
      let value = try part(done, of: subject, frame)
      if value.isUndefined { return false }
      (values + done).initialize(to: value)
      done += 1
    }
    for index in 0..<count {
      guard try matches(index, frame, values[index]) else { return false }
    }
    return true
  }

  /// What a sub-pattern is matched against, positional ones first; undefined if there is no such attribute.
  @inline(__always)
  private func part(_ index: Int, of subject: Value, _ frame: Frame) throws(Raised) -> Value {
    if index >= positional.count { return try read(keywordAttributes[index - positional.count], of: subject, frame) }
    return matchesItself ? subject : try read(positionalAttributes[index], of: subject, frame)
  }

  @inline(__always)
  private func matches(_ index: Int, _ frame: Frame, _ value: Value) throws(Raised) -> Bool {
    index < positional.count
      ? try positional.matches(index, frame, value) : try keywords.matches(index - positional.count, frame, value)
  }

  /// Finds out what the positional sub-patterns are matched against.
  private func learn(_ type: TypeObject, _ runtime: Runtime) throws(Raised) {
    let declared = try matchArguments(type, runtime)
    // A named tuple is a tuple, but its __match_args__ decide.
    let isItself = declared == nil && runtime.matchesItself(type)
    let names = declared ?? []
    guard positional.count <= (isItself ? 1 : names.count) else {
      let count = isItself ? 1 : names.count
      throw runtime.typeError(
        "\(type.name)() accepts \(count) positional sub-pattern\(count == 1 ? "" : "s") (\(positional.count) given)")
    }
    matchesItself = isItself
    if !isItself {
      for index in 0..<positional.count where names[..<index].contains(where: { $0 === names[index] }) {
        throw repeatedAttribute(type, names[index], runtime)
      }
      let used = names[..<positional.count]
      for index in 0..<keywordAttributes.count {
        let name = keywordAttributes[index]._withUnsafeGuaranteedRef { $0.name }
        if used.contains(where: { $0 === name }) { throw repeatedAttribute(type, name, runtime) }
      }
      positionalAttributes = Row(used.map { AttributeNode(ConstantNode(.none, range), $0, range) })
    }
    // A metaclass may say something else the next time.
    knownToken = type.type === runtime.types.type ? type.token : 0
  }

  private func repeatedAttribute(_ type: TypeObject, _ name: StringObject, _ runtime: Runtime) -> Raised {
    runtime.typeError("\(type.name)() got multiple sub-patterns for attribute '\(name.text)'")
  }

  private func matchArguments(_ type: TypeObject, _ runtime: Runtime) throws(Raised) -> [StringObject]? {
    guard let value = try runtime.getAttributeIfPresent(.object(type), runtime.names[.matchArgs]) else { return nil }
    guard let tuple = value.tuple else {
      throw runtime.typeError("\(type.name).__match_args__ must be a tuple (got \(runtime.typeName(value)))")
    }
    var names: [StringObject] = []
    for index in 0..<tuple.count {
      guard let name = tuple[index].string else {
        throw runtime.typeError("__match_args__ elements must be strings (got \(runtime.typeName(tuple[index])))")
      }
      names.append(runtime.intern(name))
    }
    return names
  }
}
