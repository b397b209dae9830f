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
      if positional.count > 0 {
        if knownToken != type.token { try learn(type, frame.runtime) }
        guard matchesItself
          ? try positional.matches(0, frame, subject) : try matches(positional, of: subject, positionalAttributes, frame)
        else { return false }
      }
      return try matchesKeywords(frame, subject)
    } catch { try frame.fail(error, range) }
  }

  @inline(__always)
  private func isInstance(_ subject: Value, _ type: TypeObject, _ runtime: Runtime) throws(Raised) -> Bool {
    if let held = subject.uncounted, held._withUnsafeGuaranteedRef({ $0.isExactly(type) }) { return true }
    return try runtime.isInstance(subject, ofAny: .object(type))
  }

  @inline(__always)
  private func matchesKeywords(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    try matches(keywords, of: subject, keywordAttributes, frame)
  }

  /// Whether the object has the attributes, and they match.
  @inline(__always)
  private func matches(
    _ patterns: Row<PatternNode>, of subject: Value, _ attributes: Row<AttributeNode>, _ frame: Frame
  ) throws(Raised) -> Bool {
    for index in 0..<patterns.count {
      let value = try attributes[index].borrowed { (node) throws(Raised) in try node.attributeIfPresent(of: subject, frame) }
      if value.isUndefined { return false }
      guard try patterns.matches(index, frame, value) else { return false }
    }
    return true
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
