/// Rules about what patterns capture, which CPython checks after parsing.
extension Parser {
  mutating func noteUnreachableCases(_ cases: [MatchCase]) {
    for (index, matchCase) in cases.enumerated() {
      _ = noteCaptures(of: matchCase.pattern)
      guard index < cases.count - 1, matchCase.guardCondition == nil else { continue }
      noteIrrefutable(matchCase.pattern)
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
    case .capture(let name), .star(let name): return name.map { [$0] } ?? []
    case .named(let inner, let name): return join(noteCaptures(of: inner), [name], at: pattern)
    case .alternatives(let patterns): return noteAlternatives(patterns, of: pattern)
    case .sequence(let patterns): return noteCaptures(of: patterns, in: pattern)
    case .mapping(_, let patterns, let rest):
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
