import PyaSyntax

/// A pattern of `case`. Captures go into temporary slots first: names are bound only when the whole pattern matches.
class PatternNode: Node {
  func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool { fatalError("pya: abstract node") }
}

/// One `case`.
struct MatchClause {
  let pattern: PatternNode
  /// Temporary slots and the names they go to on success.
  let captures: [(slot: Int, target: TargetNode)]
  let condition: ExpressionNode?
  let body: StatementNode

  func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    for (slot, _) in captures { frame[slot] = .undefined }
    guard try pattern.matches(frame, subject) else { return false }
    for (slot, target) in captures where !frame.isUnbound(slot) {
      let value = frame[slot]
      frame[slot] = .undefined
      try target.store(frame, value)
    }
    guard let condition else { return true }
    return try condition.evaluateBool(frame)
  }

  func with(body: StatementNode) -> MatchClause {
    MatchClause(pattern: pattern, captures: captures, condition: condition, body: body)
  }
}

final class MatchNode: StatementNode {
  private let subject: ExpressionNode
  private let clauses: [MatchClause]

  init(_ subject: ExpressionNode, _ clauses: [MatchClause], _ range: SourceRange) {
    self.subject = subject
    self.clauses = clauses
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let value = try subject.evaluate(frame)
    for clause in clauses where try clause.matches(frame, value) { return try clause.body.execute(frame) }
    return .normal
  }
}

/// Whether a case is the one to take: no other was, and its pattern matches.
final class ClauseTestNode: ExpressionNode {
  private let clause: MatchClause
  private let subjectSlot: Int
  private let takenSlot: Int

  init(_ clause: MatchClause, subject: Int, taken: Int, _ range: SourceRange) {
    self.clause = clause
    subjectSlot = subject
    takenSlot = taken
    super.init(range)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    if case .bool(true) = frame[takenSlot] { return false }
    return try clause.matches(frame, frame[subjectSlot])
  }
}

final class ValuePattern: PatternNode {
  private let value: ExpressionNode

  init(_ value: ExpressionNode, _ range: SourceRange) {
    self.value = value
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    let expected = try value.evaluate(frame)
    do { return try frame.runtime.equals(subject, expected) } catch { try frame.fail(error, range) }
  }
}

final class SingletonPattern: PatternNode {
  private let value: Value

  init(_ value: Value, _ range: SourceRange) {
    self.value = value
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool { subject.isIdentical(to: value) }
}

/// A name, or `_` without a slot.
final class CapturePattern: PatternNode {
  private let slot: Int?

  init(slot: Int?, _ range: SourceRange) {
    self.slot = slot
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    if let slot { frame[slot] = subject }
    return true
  }
}

final class NamedPattern: PatternNode {
  private let pattern: PatternNode
  private let slot: Int

  init(_ pattern: PatternNode, slot: Int, _ range: SourceRange) {
    self.pattern = pattern
    self.slot = slot
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    guard try pattern.matches(frame, subject) else { return false }
    frame[slot] = subject
    return true
  }
}

final class AlternativesPattern: PatternNode {
  private let patterns: [PatternNode]

  init(_ patterns: [PatternNode], _ range: SourceRange) {
    self.patterns = patterns
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    for pattern in patterns where try pattern.matches(frame, subject) { return true }
    return false
  }
}

final class SequencePattern: PatternNode {
  private let patterns: [PatternNode]
  private let star: (index: Int, slot: Int?)?

  init(_ patterns: [PatternNode], star: (index: Int, slot: Int?)?, _ range: SourceRange) {
    self.patterns = patterns
    self.star = star
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    let runtime = frame.runtime
    guard runtime.isSequenceForMatching(subject) else { return false }
    do throws(Raised) {
      let count = try runtime.length(subject)
      let fixed = patterns.count - (star == nil ? 0 : 1)
      guard star == nil ? count == fixed : count >= fixed else { return false }
      let before = star?.index ?? patterns.count
      for index in 0..<before {
        guard try patterns[index].matches(frame, try runtime.getItem(subject, .int(index))) else { return false }
      }
      guard let star else { return true }
      if let slot = star.slot {
        let list = ListObject(runtime)
        for index in before..<(before + count - fixed) { list.append(try runtime.getItem(subject, .int(index))) }
        frame[slot] = .object(list)
      }
      for index in (before + 1)..<patterns.count {
        let place = count - patterns.count + index
        guard try patterns[index].matches(frame, try runtime.getItem(subject, .int(place))) else { return false }
      }
      return true
    } catch { try frame.fail(error, range) }
  }
}

final class MappingPattern: PatternNode {
  private let keys: [ExpressionNode]
  private let patterns: [PatternNode]
  private let restSlot: Int?

  init(keys: [ExpressionNode], patterns: [PatternNode], restSlot: Int?, _ range: SourceRange) {
    self.keys = keys
    self.patterns = patterns
    self.restSlot = restSlot
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    let runtime = frame.runtime
    guard runtime.isMappingForMatching(subject) else { return false }
    if !keys.isEmpty {
      do throws(Raised) {
        if try runtime.length(subject) < keys.count { return false }
      } catch { try frame.fail(error, range) }
    }
    var used: [Value] = []
    for (index, key) in keys.enumerated() {
      let keyValue = try key.evaluate(frame)
      let found: Value
      do throws(Raised) {
        for earlier in used where try runtime.equals(earlier, keyValue) {
          throw runtime.valueError("mapping pattern checks duplicate key (\(try runtime.repr(keyValue).text))")
        }
        if let dict = subject.dict {
          guard let value = try dict.get(keyValue, runtime) else { return false }
          found = value
        } else {
          let missing = Value.object(ListObject(runtime))
          found = try runtime.callMethod(subject, "get", [keyValue, missing])
          if found.isIdentical(to: missing) { return false }
        }
      } catch { try frame.fail(error, range) }
      used.append(keyValue)
      guard try patterns[index].matches(frame, found) else { return false }
    }
    if let restSlot {
      do throws(Raised) {
        let rest = DictObject(runtime)
        for (key, value) in try runtime.entries(ofMapping: subject, for: .none) { try rest.set(key, value, runtime) }
        for key in used { _ = try rest.remove(key, runtime) }
        frame[restSlot] = .object(rest)
      } catch { try frame.fail(error, range) }
    }
    return true
  }
}

final class ClassPattern: PatternNode {
  private let type: ExpressionNode
  private let positional: [PatternNode]
  private let keywords: [(name: StringObject, pattern: PatternNode)]

  init(
    _ type: ExpressionNode, positional: [PatternNode], keywords: [(name: StringObject, pattern: PatternNode)], _ range: SourceRange
  ) {
    self.type = type
    self.positional = positional
    self.keywords = keywords
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    let runtime = frame.runtime
    let typeValue = try type.evaluate(frame)
    do throws(Raised) {
      guard let type = typeValue.type else { throw runtime.typeError("called match pattern must be a class") }
      guard try runtime.isInstance(subject, ofAny: typeValue) else { return false }
      if !positional.isEmpty {
        let declared = try matchArguments(type, runtime)
        // A named tuple is a tuple, but its __match_args__ decide.
        let matchesItself = declared == nil && runtime.matchesItself(type)
        if positional.count == 1, matchesItself {
          guard try positional[0].matches(frame, subject) else { return false }
        } else {
          let names = declared ?? []
          guard positional.count <= names.count else {
            let count = matchesItself ? 1 : names.count
            throw runtime.typeError(
              "\(type.name)() accepts \(count) positional sub-pattern\(count == 1 ? "" : "s") (\(positional.count) given)")
          }
          for (index, pattern) in positional.enumerated() {
            if names[..<index].contains(where: { $0 === names[index] }) {
              throw repeatedAttribute(type, names[index], runtime)
            }
            guard let value = try runtime.getAttributeIfPresent(subject, names[index]) else { return false }
            guard try pattern.matches(frame, value) else { return false }
          }
          if let (name, _) = keywords.first(where: { keyword in names[..<positional.count].contains { $0 === keyword.name } }) {
            throw repeatedAttribute(type, name, runtime)
          }
        }
      }
      for (name, pattern) in keywords {
        guard let value = try runtime.getAttributeIfPresent(subject, name) else { return false }
        guard try pattern.matches(frame, value) else { return false }
      }
      return true
    } catch { try frame.fail(error, range) }
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

extension Runtime {
  func isSequenceForMatching(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    switch object.kind {
    case .list, .tuple, .range: return true
    case .instance: return isRegisteredSequence(object.type)
    case .other: return isNativeSequence(object.type) || isRegisteredSequence(object.type)
    // Text and bytes are sequences, but not for patterns.
    default: return false
    }
  }

  /// `deque`, `array` and `memoryview` need no registration.
  private func isNativeSequence(_ type: TypeObject) -> Bool {
    guard let native = type.mro.first(where: { !$0.isHeap }) else { return false }
    return native === types.range || ["deque", "array", "memoryview"].contains(native.name)
  }

  func isMappingForMatching(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    return object.kind == .dict || object.isExactly(types.mappingProxy) || isRegisteredMapping(object.type)
  }

  /// `case int(x)`: built-in types whose one positional sub-pattern is the subject itself.
  func matchesItself(_ type: TypeObject) -> Bool {
    for ancestor in type.mro {
      if ancestor === types.bool || ancestor === types.bytearray || ancestor === types.bytes || ancestor === types.dict
        || ancestor === types.float || ancestor === types.frozenset || ancestor === types.int || ancestor === types.list
        || ancestor === types.set || ancestor === types.str || ancestor === types.tuple
      {
        return true
      }
    }
    return false
  }
}
