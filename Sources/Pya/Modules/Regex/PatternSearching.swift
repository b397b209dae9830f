/// What the methods of patterns do, in terms of matchers.
extension Runtime {
  enum RegexMode { case search, match, full }

  /// The text to search, which must be of the pattern's kind.
  func regexSubject(_ value: Value, _ pattern: PatternObject) throws(Raised) -> RegexSubject {
    if let string = value.string {
      if pattern.isBytes { throw typeError("cannot use a bytes pattern on a string-like object") }
      return RegexSubject(value, string: string)
    }
    guard let bytes = bytesLike(value) else {
      throw typeError("expected string or bytes-like object, got '\(typeName(value))'")
    }
    if !pattern.isBytes { throw typeError("cannot use a string pattern on a bytes-like object") }
    return RegexSubject(value, bytes: bytes)
  }

  /// `pattern.search(string, pos, endpos)` and its kin: a match object or None.
  func regexFind(
    _ pattern: PatternObject, _ value: Value, _ start: Value, _ end: Value, _ mode: RegexMode
  ) throws(Raised) -> Value {
    let subject = try regexSubject(value, pattern)
    let span = try RegexSpan(self, subject, start, end)
    return try regexFind(pattern, subject, span, mode)
  }

  func regexFind(
    _ pattern: PatternObject, _ subject: RegexSubject, _ span: RegexSpan, _ mode: RegexMode, mustAdvance: Bool = false
  ) throws(Raised) -> Value {
    if span.isReversed { return .none }
    let types = regexTypes
    return try subject.withBytes { (bytes) throws(Raised) in
      var matcher = RegexMatcher(
        self, types.scratch, pattern.program, text: bytes, end: span.end, isFull: mode == .full)
      let isFound =
        mode == .search
        ? try matcher.search(from: span.start, mustAdvance: mustAdvance)
        : try matcher.match(at: span.start, mustAdvance: mustAdvance)
      if !isFound { return .none }
      return .object(
        MatchObject(
          types, pattern, subject, matcher.registers, searchStart: span.startIndex, searchEnd: span.endIndex))
    }
  }

  /// Calls `body` with every match in turn, the registers of which are good until it returns or runs code of the program.
  /// False from it ends the search.
  private func forEachMatch(
    _ pattern: PatternObject, _ subject: RegexSubject, _ span: RegexSpan,
    _ body: (UnsafePointer<Int>) throws(Raised) -> Bool
  ) throws(Raised) {
    if span.isReversed { return }
    let scratch = regexTypes.scratch
    try subject.withBytes { (bytes) throws(Raised) in
      var matcher = RegexMatcher(self, scratch, pattern.program, text: bytes, end: span.end)
      var position = span.start
      var mustAdvance = false
      while position <= span.end {
        guard try matcher.search(from: position, mustAdvance: mustAdvance) else { return }
        let (low, high) = (matcher.registers[0], matcher.registers[1])
        guard try body(UnsafePointer(matcher.registers)) else { return }
        mustAdvance = low == high
        position = high
      }
    }
  }

  /// `findall`
  func regexFindAll(_ pattern: PatternObject, _ subject: RegexSubject, _ span: RegexSpan) throws(Raised) -> Value {
    let result = ListObject(self)
    let groups = pattern.groupCount
    try forEachMatch(pattern, subject, span) { registers in
      if groups <= 1 {
        result.append(subject.part(self, registers[2 * groups], registers[2 * groups + 1]))
      } else {
        let tuple = TupleObject(self, count: groups) { items in
          for group in 1...groups {
            (items + (group - 1)).initialize(to: subject.part(self, registers[2 * group], registers[2 * group + 1]))
          }
        }
        result.append(.object(tuple))
      }
      return true
    }
    return .object(result)
  }

  /// `split`, at most `limit` times (0: without limit).
  func regexSplit(_ pattern: PatternObject, _ subject: RegexSubject, limit: Int) throws(Raised) -> Value {
    let result = ListObject(self)
    var splits = 0
    var last = 0
    if limit >= 0 {
      try forEachMatch(pattern, subject, RegexSpan(subject)) { registers in
        result.append(subject.part(self, last, registers[0]))
        if pattern.groupCount > 0 {
          for group in 1...pattern.groupCount {
            let (low, high) = (registers[2 * group], registers[2 * group + 1])
            result.append(low < 0 || high < 0 ? .none : subject.part(self, low, high))
          }
        }
        last = registers[1]
        splits += 1
        return limit == 0 || splits < limit
      }
    }
    result.append(subject.part(self, last, subject.byteCount))
    return .object(result)
  }

  /// `finditer`
  func regexIterate(_ pattern: PatternObject, _ subject: RegexSubject, _ span: RegexSpan) -> Value {
    var position = span.start
    var mustAdvance = false
    return .object(
      ClosureIterator(type: types.iterators["callable_iterator"]) { (runtime) throws(Raised) in
        var rest = span
        rest.start = position
        let found = try runtime.regexFind(pattern, subject, rest, .search, mustAdvance: mustAdvance)
        guard let match = found.object else { return .undefined }
        let spans = unsafeDowncast(match, to: MatchObject.self).spans
        mustAdvance = spans[0] == spans[1]
        position = spans[1]
        return found
      })
  }

  // MARK: Replacing

  /// `sub`: the new text and how many were replaced.
  func regexReplace(
    _ pattern: PatternObject, _ replacement: Value, _ subject: RegexSubject, limit: Int
  ) throws(Raised) -> (Value, Int) {
    let output = RegexOutput(self, subject)
    var last = 0
    var count = 0
    if limit < 0 { return (subject.value, 0) }
    let span = RegexSpan(subject)
    let types = regexTypes
    func note(_ registers: UnsafePointer<Int>) -> Bool {
      last = registers[1]
      count += 1
      return limit == 0 || count < limit
    }
    if isCallable(replacement) {
      try forEachMatch(pattern, subject, span) { (registers) throws(Raised) in
        output.append(last, registers[0])
        let match = MatchObject(types, pattern, subject, registers, searchStart: 0, searchEnd: span.endIndex)
        let goesOn = note(registers)
        let text = try call(replacement, .object(match))
        if !text.isNone { try output.append(text) }
        return goesOn
      }
    } else {
      let template = try replacementTemplate(replacement, for: pattern)
      try forEachMatch(pattern, subject, span) { (registers) throws(Raised) in
        output.append(last, registers[0])
        try append(template, registers, to: output)
        return note(registers)
      }
    }
    if count == 0 { return (unchanged(subject), 0) }
    output.append(last, subject.byteCount)
    return (output.finish(), count)
  }

  private func unchanged(_ subject: RegexSubject) -> Value { subject.part(self, 0, subject.byteCount) }

  private func append(_ template: ReplacementTemplate, _ registers: UnsafePointer<Int>, to output: RegexOutput) throws(Raised) {
    for part in template.parts {
      switch part {
      case .text(let text): try output.append(text)
      case .group(let number):
        let (low, high) = (registers[2 * number], registers[2 * number + 1])
        if low >= 0, high >= low { output.append(low, high) }
      }
    }
  }

  /// `match.expand(template)`
  func regexExpand(_ match: MatchObject, _ source: Value) throws(Raised) -> Value {
    let template = try replacementTemplate(source, for: match.pattern)
    let output = RegexOutput(self, match.subject)
    for part in template.parts {
      switch part {
      case .text(let text): try output.append(text)
      case .group(let number):
        let (low, high) = (match.spans[2 * number], match.spans[2 * number + 1])
        if low >= 0, high >= low { output.append(low, high) }
      }
    }
    return output.finish()
  }
}

/// The part of a text that is searched, in bytes and as Python's indices.
struct RegexSpan {
  var start: Int
  var end: Int
  var startIndex: Int
  var endIndex: Int

  /// Nothing is found where the end comes before the start.
  var isReversed: Bool { start > end }

  init(_ subject: RegexSubject) {
    (start, startIndex) = (0, 0)
    end = subject.byteCount
    endIndex = subject.length
  }

  init(_ runtime: Runtime, _ subject: RegexSubject, _ start: Value, _ end: Value) throws(Raised) {
    self.init(subject)
    if !start.isUndefined {
      startIndex = min(max(try runtime.regexIndex(start), 0), subject.length)
      self.start = subject.offset(ofIndex: startIndex)
    }
    if !end.isUndefined {
      endIndex = min(max(try runtime.regexIndex(end), 0), subject.length)
      self.end = subject.offset(ofIndex: endIndex)
    }
  }
}

extension Runtime {
  /// An index, or the nearest one that fits.
  func regexIndex(_ value: Value) throws(Raised) -> Int {
    guard let (number, isExact) = try clampedIndex(value) else {
      throw typeError("'\(typeName(value))' object cannot be interpreted as an integer")
    }
    if !isExact { throw overflowError("Python int too large to convert to C ssize_t") }
    return number
  }
}

/// Text under construction, made of parts of a subject and of other texts of its kind.
final class RegexOutput {
  private let runtime: Runtime
  private let subject: RegexSubject
  private var builder = TextBuilder(capacity: 64)
  private var array: [UInt8] = []
  private var isBytes: Bool { subject.string == nil }
  private var parts = 0

  init(_ runtime: Runtime, _ subject: RegexSubject) {
    self.runtime = runtime
    self.subject = subject
  }

  /// Part of the subject, in bytes.
  func append(_ low: Int, _ high: Int) {
    if low >= high { return }
    parts += 1
    if let string = subject.string {
      builder.append(string: string, low..<high)
    } else if let bytes = subject.part(runtime, low, high).bytes {
      bytes.withContent { array.append(contentsOf: $0) }
    }
  }

  func append(_ value: Value) throws(Raised) {
    if isBytes {
      guard let bytes = runtime.bytesLike(value) else {
        throw runtime.typeError(
          "sequence item \(parts): expected a bytes-like object, \(runtime.typeName(value)) found")
      }
      bytes.withContent { array.append(contentsOf: $0) }
    } else {
      guard let string = value.string else {
        throw runtime.typeError("sequence item \(parts): expected str instance, \(runtime.typeName(value)) found")
      }
      builder.append(string: string)
    }
    parts += 1
  }

  func finish() -> Value {
    isBytes ? .object(BytesObject(type: runtime.types.bytes, array)) : .object(builder.finish(runtime))
  }
}
