/// A `re.Pattern`.
final class PatternObject: Object {
  /// The expression as it was given: a `str` or `bytes`.
  let source: Value
  let flags: RegexFlags
  let program: RegexProgram
  /// Names of groups, in order of their numbers.
  let groupNames: [(name: StringObject, number: Int)]
  /// The replacement template parsed last, and what it was parsed from.
  var lastTemplate: (source: Value, template: ReplacementTemplate)?

  init(
    _ types: RegexTypes, source: Value, flags: RegexFlags, program: RegexProgram,
    groupNames: [(name: StringObject, number: Int)]
  ) {
    self.source = source
    self.flags = flags
    self.program = program
    self.groupNames = groupNames
    super.init(type: types.pattern, kind: .other)
  }

  var groupCount: Int { program.groupCount }

  var isBytes: Bool { program.isBytes }

  func groupNumber(_ name: StringObject) -> Int? {
    for (known, number) in groupNames where known.hasSameText(as: name) { return number }
    return nil
  }
}

/// A `re.Match`.
final class MatchObject: Object {
  let pattern: PatternObject
  let subject: RegexSubject
  /// Begin and end of each group in bytes, -1 for those that took no part.
  let spans: [Int]
  /// The number of the group closed last, or -1.
  let lastIndex: Int
  let searchStart: Int
  let searchEnd: Int

  init(
    _ types: RegexTypes, _ pattern: PatternObject, _ subject: RegexSubject, _ registers: UnsafePointer<Int>,
    searchStart: Int, searchEnd: Int
  ) {
    self.pattern = pattern
    self.subject = subject
    let count = 2 * (pattern.groupCount + 1)
    spans = Array(UnsafeBufferPointer(start: registers, count: count))
    lastIndex = registers[pattern.program.lastIndexRegister]
    self.searchStart = searchStart
    self.searchEnd = searchEnd
    super.init(type: types.match, kind: .other)
  }

  /// The text of a group, or nil.
  @inline(__always)
  func group(_ number: Int, _ runtime: Runtime) -> Value? {
    let (low, high) = (spans[2 * number], spans[2 * number + 1])
    if low < 0 || high < 0 { return nil }
    return subject.part(runtime, low, high)
  }

  func start(_ number: Int) -> Int { hasGroup(number) ? subject.index(ofOffset: spans[2 * number]) : -1 }
  func end(_ number: Int) -> Int { hasGroup(number) ? subject.index(ofOffset: spans[2 * number + 1]) : -1 }

  private func hasGroup(_ number: Int) -> Bool { spans[2 * number] >= 0 && spans[2 * number + 1] >= 0 }
}

/// What the module `re` keeps: its types and the patterns compiled last.
final class RegexTypes {
  let pattern: TypeObject
  let match: TypeObject
  let scanner: TypeObject
  let error: TypeObject
  let scratch = RegexScratch()

  private struct CacheEntry {
    var source: Value
    var flags: Int
    var pattern: PatternObject
  }

  private var cache: [CacheEntry?]
  private static let cacheSize = 512

  init(pattern: TypeObject, match: TypeObject, scanner: TypeObject, error: TypeObject) {
    self.pattern = pattern
    self.match = match
    self.scanner = scanner
    self.error = error
    cache = [CacheEntry?](repeating: nil, count: RegexTypes.cacheSize)
  }

  private func slot(_ source: Value, _ flags: Int) -> Int? {
    if let string = source.string { return (string.stringHash &+ flags &* 31) & (RegexTypes.cacheSize - 1) }
    guard let bytes = source.bytes else { return nil }
    return (bytes.bytesHash &+ flags &* 31) & (RegexTypes.cacheSize - 1)
  }

  func cached(_ source: Value, _ flags: Int) -> PatternObject? {
    guard let slot = slot(source, flags), let entry = cache[slot], entry.flags == flags else { return nil }
    if entry.source.isIdentical(to: source) { return entry.pattern }
    if let a = entry.source.string, let b = source.string { return a.hasSameText(as: b) ? entry.pattern : nil }
    if let a = entry.source.bytes, let b = source.bytes { return a.hasSameBytes(as: b) ? entry.pattern : nil }
    return nil
  }

  func remember(_ source: Value, _ flags: Int, _ pattern: PatternObject) {
    guard let slot = slot(source, flags) else { return }
    cache[slot] = CacheEntry(source: source, flags: flags, pattern: pattern)
  }

  func purge() { cache = [CacheEntry?](repeating: nil, count: RegexTypes.cacheSize) }
}
