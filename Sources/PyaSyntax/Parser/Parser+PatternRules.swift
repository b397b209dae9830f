/// Rules about what patterns capture, which CPython checks after parsing.
extension Parser {
  mutating func noteUnreachableCases(_ cases: [MatchCase]) {
    for (index, matchCase) in cases.enumerated() {
      let mark = deferredErrors.count
      _ = noteCaptures(of: matchCase.pattern)
      guard index < cases.count - 1, matchCase.guardCondition == nil else { continue }
      let end = deferredErrors.count
      noteIrrefutable(matchCase.pattern)
      // CPython comes to the alternatives before it compares what they bind.
      if case .alternatives = matchCase.pattern.kind { deferredErrors.moveEntries(from: end, before: mark) }
    }
  }

  /// The keys of a mapping pattern are constants, each once.
  mutating func noteKeys(_ keys: [Expression], at range: SourceRange, before mark: Int) {
    var seen: [PatternKey] = []
    for key in keys {
      if case .fstring = key.kind {
        deferredErrors.add(
          "mapping pattern keys may only match literals and attribute lookups", at: range, before: mark)
      }
      guard let constant = PatternKey(key) else { continue }
      if seen.contains(where: { $0.value == constant.value }) {
        deferredErrors.add("mapping pattern checks duplicate key (\(constant.text))", at: range)
        return
      }
      seen.append(constant)
    }
  }

  /// A pattern that always matches may only come last.
  private mutating func noteIrrefutable(_ pattern: Pattern) {
    switch pattern.kind {
    case .capture(nil): deferredErrors.add("wildcard makes remaining patterns unreachable", at: pattern.range)
    case .capture(let name?):
      deferredErrors.add("name capture '\(name)' makes remaining patterns unreachable", at: pattern.range)
    case .named(let inner, _): noteIrrefutable(inner)
    case .alternatives(let patterns):
      if let last = patterns.last { noteIrrefutable(last) }
    case .value, .singleton, .sequence, .star, .mapping, .class: break
    }
  }

  /// The names that a pattern binds: each once, and the same ones in all alternatives.
  private mutating func noteCaptures(of pattern: Pattern) -> Set<String> {
    switch pattern.kind {
    case .value, .singleton: return []
    case .capture(let name), .star(let name):
      guard let name else { return [] }
      noteBinding(of: name, at: pattern.range)
      return [name]
    case .named(let inner, let name):
      noteBinding(of: name, at: pattern.range)
      return join(noteCaptures(of: inner), [name], at: pattern)
    case .alternatives(let patterns): return noteAlternatives(patterns, of: pattern)
    case .sequence(let patterns): return noteCaptures(of: patterns, in: pattern)
    case .mapping(_, let patterns, let rest):
      if let rest { noteBinding(of: rest, at: pattern.range) }
      return join(noteCaptures(of: patterns, in: pattern), rest.map { [$0] } ?? [], at: pattern)
    case .class(_, let positional, let keywords):
      return noteCaptures(of: positional + keywords.map(\.pattern), in: pattern)
    }
  }

  private mutating func noteCaptures(of patterns: [Pattern], in whole: Pattern) -> Set<String> {
    var names: Set<String> = []
    for pattern in patterns { names = join(names, noteCaptures(of: pattern), at: pattern) }
    return names
  }

  private mutating func noteAlternatives(_ patterns: [Pattern], of whole: Pattern) -> Set<String> {
    let first = noteCaptures(of: patterns[0])
    var isConsistent = true
    for (index, pattern) in patterns.enumerated() {
      if index > 0, noteCaptures(of: pattern) != first { isConsistent = false }
      if index < patterns.count - 1 { noteIrrefutable(pattern) }
    }
    if !isConsistent { deferredErrors.add("alternative patterns bind different names", at: whole.range) }
    return first
  }

  private mutating func join(_ names: Set<String>, _ more: Set<String>, at pattern: Pattern) -> Set<String> {
    if let name = names.intersection(more).min() {
      deferredErrors.add("multiple assignments to name '\(name)' in pattern", at: pattern.range)
    }
    return names.union(more)
  }
}

/// A constant key, for comparison with others and for the message. Big and complex numbers are not compared.
private struct PatternKey {
  enum Value: Equatable {
    case none, number(Double), text(StringLiteral), bytes([UInt8])
  }

  var value: Value
  /// As `repr` shows it.
  var text: String

  init?(_ key: Expression) {
    switch key.kind {
    case .none: (value, text) = (.none, "None")
    case .bool(let flag): (value, text) = (.number(flag ? 1 : 0), flag ? "True" : "False")
    case .integer(.small(let number)): (value, text) = (.number(Double(number)), "\(number)")
    case .float(let number): (value, text) = (.number(number), "\(number)")
    case .imaginary(0): (value, text) = (.number(0), "0j")
    case .string(let literal): (value, text) = (.text(literal), "'\(String(decoding: literal.utf8, as: UTF8.self))'")
    case .bytes(let bytes): (value, text) = (.bytes(bytes), "b'\(String(decoding: bytes, as: UTF8.self))'")
    case .unary(.minus, let operand):
      guard let constant = PatternKey(operand), case .number(let number) = constant.value else { return nil }
      (value, text) = (.number(-number), constant.text == "0" ? "0" : "-" + constant.text)
    default: return nil
    }
  }
}
