import PyaSyntax

/// A pattern of `case`. What it captures goes into temporary slots.
class PatternNode: Node {
  func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool { fatalError("pya: abstract node") }
}

final class ValuePattern: PatternNode {
  private let value: Operand

  init(_ value: ExpressionNode, _ range: SourceRange) {
    self.value = Operand(value)
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    if let place = value.place(frame) {
      if let mine = subject.uncounted, let constant = place.uncountedObject {
        if mine.kind == .string, mine.isPlain, constant.kind == .string { return mine.hasSameText(as: constant) }
      } else if case .int(let mine) = subject, case .int(let constant) = place.number {
        return mine == constant
      }
    }
    return try matchesGenerally(frame, subject)
  }

  @inline(never)
  private func matchesGenerally(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    var expected = try value.evaluate(frame)
    var actual = subject
    if let quick = withUnsafeMutablePointer(to: &actual, { $0.quickEquals(&expected) }) { return quick }
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
  private let patterns: Row<PatternNode>

  init(_ patterns: [PatternNode], _ range: SourceRange) {
    self.patterns = Row(patterns)
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    for index in 0..<patterns.count where try patterns.matches(index, frame, subject) { return true }
    return false
  }
}

final class SequencePattern: PatternNode {
  private let patterns: Row<PatternNode>
  private let star: (index: Int, slot: Int?)?

  init(_ patterns: [PatternNode], star: (index: Int, slot: Int?)?, _ range: SourceRange) {
    self.patterns = Row(patterns)
    self.star = star
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    if star == nil, let held = subject.uncounted, held.isPlain {
      // Commonest: so many elements, of a tuple or list.
      if held.kind == .tuple {
        return try held.as(TupleObject.self).borrowed { (tuple) throws(Raised) in
          if tuple.count != patterns.count { return false }
          for index in 0..<patterns.count where try !patterns.matches(index, frame, tuple[index]) { return false }
          return true
        }
      }
      if held.kind == .list, held.as(ListObject.self)._withUnsafeGuaranteedRef({ $0.count }) != patterns.count { return false }
    }
    let runtime = frame.runtime
    guard runtime.isSequenceForMatching(subject) else { return false }
    do throws(Raised) {
      let count = try runtime.length(subject)
      let fixed = patterns.count - (star == nil ? 0 : 1)
      guard star == nil ? count == fixed : count >= fixed else { return false }
      let before = star?.index ?? patterns.count
      for index in 0..<before {
        guard try patterns.matches(index, frame, try runtime.getItem(subject, .int(index))) else { return false }
      }
      guard let star else { return true }
      if let slot = star.slot {
        let list = ListObject(runtime)
        for index in before..<(before + count - fixed) { list.append(try runtime.getItem(subject, .int(index))) }
        frame[slot] = .object(list)
      }
      for index in (before + 1)..<patterns.count {
        let place = count - patterns.count + index
        guard try patterns.matches(index, frame, try runtime.getItem(subject, .int(place))) else { return false }
      }
      return true
    } catch { try frame.fail(error, range) }
  }
}

final class MappingPattern: PatternNode {
  private let keys: NodeRow
  private let patterns: Row<PatternNode>
  private let restSlot: Int?
  /// The keys are different constants: no two can be equal.
  private let areKeysDistinct: Bool

  init(keys: [ExpressionNode], patterns: [PatternNode], restSlot: Int?, _ range: SourceRange) {
    self.keys = NodeRow(keys)
    self.patterns = Row(patterns)
    self.restSlot = restSlot
    let texts = keys.compactMap { $0.constant?.string?.text }
    areKeysDistinct = keys.count == 1 || Set(texts).count == keys.count
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    if restSlot == nil, areKeysDistinct, let held = subject.uncounted, held.kind == .dict, held.isPlain {
      return try held.as(DictObject.self).borrowed { (dict) throws(Raised) in try matchesPlain(frame, dict) }
    }
    let runtime = frame.runtime
    guard runtime.isMappingForMatching(subject) else { return false }
    if keys.count > 0 {
      do throws(Raised) {
        if try runtime.length(subject) < keys.count { return false }
      } catch { try frame.fail(error, range) }
    }
    var used: [Value] = []
    for index in 0..<keys.count {
      let keyValue = try keys.evaluate(index, frame)
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
      guard try patterns.matches(index, frame, found) else { return false }
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

  /// Matches a dictionary under keys that cannot repeat.
  private func matchesPlain(_ frame: Frame, _ dict: DictObject) throws(Raised) -> Bool {
    if dict.count < keys.count { return false }
    for index in 0..<keys.count {
      let key = try keys.evaluate(index, frame)
      let found: Value?
      do { found = try dict.get(key, frame.runtime) } catch { try frame.fail(error, range) }
      guard let found, try patterns.matches(index, frame, found) else { return false }
    }
    return true
  }
}

extension Row where Element: PatternNode {
  @inline(__always)
  func matches(_ index: Int, _ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    try self[index].borrowed { (pattern) throws(Raised) in try pattern.matches(frame, subject) }
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
