/// `csv.reader(lines)`: the rows that lines stand for.
final class CsvReaderObject: IteratorObject {
  private enum State {
    case startRecord, startField, escaped, inField, inQuotes, escapedInQuotes, quoteInQuotes, lineEnd, afterEscapedLineEnd
  }

  private let source: IteratorObject
  fileprivate let dialect: CsvDialect
  fileprivate private(set) var lineNumber = 0
  @exclusivity(unchecked) private var state = State.startRecord
  @exclusivity(unchecked) private var fields: [Value] = []
  @exclusivity(unchecked) private var field = TextBuilder(capacity: 64)
  @exclusivity(unchecked) private var fieldLength = 0
  @exclusivity(unchecked) private var isUnquoted = true

  init(_ runtime: Runtime, _ source: IteratorObject, _ dialect: CsvDialect) {
    self.source = source
    self.dialect = dialect
    super.init(type: runtime.csvState.readerType)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    fields = []
    state = .startRecord
    field.truncate(to: 0)
    fieldLength = 0
    isUnquoted = true
    while true {
      let line = try source.next(runtime)
      if line.isUndefined {
        guard fieldLength > 0 || state == .inQuotes else { return .undefined }
        if dialect.isStrict { throw runtime.csvError("unexpected end of data") }
        try saveField(runtime)
        break
      }
      guard let text = line.string else {
        throw runtime.csvError(
          "iterator should return strings, not \(runtime.typeName(line)) (the file should be opened in text mode)")
      }
      lineNumber += 1
      if state == .startRecord, let row = plainRow(text, runtime) { return row }
      var offset = 0
      while offset < text.byteCount {
        let (character, width) = decodeUTF8(text.bytes + offset)
        try process(character, runtime)
        offset += width
      }
      try process(nil, runtime)
      if state == .startRecord { break }
    }
    let row = ListObject(runtime, fields)
    fields = []
    return .object(row)
  }

  /// The row of a line that has no escapes and no line end within, which only has to be cut at the delimiters.
  private func plainRow(_ text: StringObject, _ runtime: Runtime) -> Value? {
    guard dialect.quoting == .minimal || dialect.quoting == .all, dialect.escape == nil, !dialect.skipsInitialSpace,
      dialect.delimiter < 0x80, let quote = dialect.quote, quote < 0x80, text.byteCount < runtime.csvState.fieldLimit
    else { return nil }
    var end = text.byteCount
    if end > 0, text.bytes[end - 1] == 10 { end -= 1 }
    if end > 0, text.bytes[end - 1] == 13 { end -= 1 }
    let row = ListObject(runtime)
    if end == 0 { return .object(row) }
    let (delimiter, quoteByte) = (UInt8(dialect.delimiter), UInt8(quote))
    let bytes = text.bytes
    var index = 0
    while true {
      if index < end, bytes[index] == quoteByte {
        guard let (part, next) = quotedField(text, index + 1, end, quoteByte, runtime), next == end || bytes[next] == delimiter else {
          return nil
        }
        row.append(.object(part))
        index = next
      } else {
        let start = index
        while index < end, bytes[index] != delimiter {
          if bytes[index] == 10 || bytes[index] == 13 { return nil }
          index += 1
        }
        row.append(.object(runtime.part(text, start..<index)))
      }
      if index == end { return .object(row) }
      index += 1
    }
  }

  /// The field behind an opening quote, and where the line goes on behind the closing one; nil: it is not closed, or holds doubled quotes
  /// that mean something else.
  private func quotedField(
    _ text: StringObject, _ start: Int, _ end: Int, _ quote: UInt8, _ runtime: Runtime
  ) -> (StringObject, Int)? {
    let bytes = text.bytes
    var index = start
    var doubled = 0
    while true {
      while index < end, bytes[index] != quote { index += 1 }
      if index == end { return nil }
      guard index + 1 < end, bytes[index + 1] == quote else { break }
      doubled += 1
      index += 2
    }
    if doubled == 0 { return (runtime.part(text, start..<index), index + 1) }
    guard dialect.doublesQuotes else { return nil }
    let (first, last) = (start, index)
    let field = StringObject(type: runtime.types.str, count: last - first - doubled, isASCII: text.isASCII) { memory in
      var (from, to) = (first, 0)
      while from < last {
        memory[to] = bytes[from]
        from += bytes[from] == quote ? 2 : 1
        to += 1
      }
    }
    return (field, index + 1)
  }

  private func add(_ character: UInt32, _ runtime: Runtime) throws(Raised) {
    if fieldLength >= runtime.csvState.fieldLimit {
      throw runtime.csvError("field larger than field limit (\(runtime.csvState.fieldLimit))")
    }
    field.append(codePoint: character)
    fieldLength += 1
  }

  private func saveField(_ runtime: Runtime) throws(Raised) {
    let quoting = dialect.quoting
    if isUnquoted, fieldLength == 0, quoting == .notNull || quoting == .strings {
      fields.append(.none)
      _ = field.finish(runtime)
    } else {
      let text = Value.object(field.finish(runtime))
      let isNumber = isUnquoted && fieldLength > 0 && (quoting == .nonnumeric || quoting == .strings)
      fields.append(isNumber ? .float(try runtime.float(from: text)) : text)
    }
    fieldLength = 0
    isUnquoted = true
  }

  /// One character, or nil for the end of a line.
  private func process(_ character: UInt32?, _ runtime: Runtime) throws(Raised) {
    let isLineEnd = character == nil || character == 10 || character == 13
    func endRecord() throws(Raised) {
      try saveField(runtime)
      state = character == nil ? .startRecord : .lineEnd
    }
    switch state {
    case .startRecord:
      if character == nil { return }
      if isLineEnd {
        state = .lineEnd
        return
      }
      try startField(character, isLineEnd, endRecord, runtime)
    case .startField: try startField(character, isLineEnd, endRecord, runtime)
    case .escaped:
      try add(character ?? 10, runtime)
      state = character == 10 || character == 13 ? .afterEscapedLineEnd : .inField
    case .afterEscapedLineEnd:
      if character == nil { return }
      state = .inField
      try process(character, runtime)
    case .inField:
      if isLineEnd { return try endRecord() }
      guard let character else { return }
      if character == dialect.escape {
        state = .escaped
      } else if character == dialect.delimiter {
        try saveField(runtime)
        state = .startField
      } else {
        try add(character, runtime)
      }
    case .inQuotes:
      guard let character else { return }
      if character == dialect.escape {
        state = .escapedInQuotes
      } else if character == dialect.quote, dialect.quoting != .none {
        state = dialect.doublesQuotes ? .quoteInQuotes : .inField
      } else {
        try add(character, runtime)
      }
    case .escapedInQuotes:
      try add(character ?? 10, runtime)
      state = .inQuotes
    case .quoteInQuotes:
      if isLineEnd { return try endRecord() }
      guard let character else { return }
      if dialect.quoting != .none, character == dialect.quote {
        try add(character, runtime)
        state = .inQuotes
      } else if character == dialect.delimiter {
        try saveField(runtime)
        state = .startField
      } else if !dialect.isStrict {
        try add(character, runtime)
        state = .inField
      } else {
        let (delimiter, quote) = (runtime.string(codePoints: [dialect.delimiter]).text, dialect.quote ?? 0x22)
        throw runtime.csvError("'\(delimiter)' expected after '\(runtime.string(codePoints: [quote]).text)'")
      }
    case .lineEnd:
      if character == nil {
        state = .startRecord
      } else if !isLineEnd {
        throw runtime.csvError(
          "new-line character seen in unquoted field - do you need to open the file with newline=''?")
      }
    }
  }

  private func startField(
    _ character: UInt32?, _ isLineEnd: Bool, _ endRecord: () throws(Raised) -> Void, _ runtime: Runtime
  ) throws(Raised) {
    guard !isLineEnd, let character else { return try endRecord() }
    state = .startField
    if character == dialect.quote, dialect.quoting != .none {
      isUnquoted = false
      state = .inQuotes
    } else if character == dialect.escape {
      state = .escaped
    } else if character == 0x20, dialect.skipsInitialSpace {
      return
    } else if character == dialect.delimiter {
      try saveField(runtime)
    } else {
      try add(character, runtime)
      state = .inField
    }
  }
}

extension Runtime {
  func makeCsvReaderType() -> TypeObject {
    let type = TypeObject(
      self, metatype: types.type, name: "reader", bases: [types.object], instanceKind: .iterator, isHeap: false)
    type.moduleName = "_csv"
    type.messageName = "_csv.reader"
    type.defineIteratorMethods(self)
    type.defineMember(self, "line_num") {
      .int(unsafeDowncast($0.object.unsafelyUnwrapped, to: CsvReaderObject.self).lineNumber)
    }
    type.defineProperty(self, "dialect") { (runtime, value) throws(Raised) in
      let reader = unsafeDowncast(value.object.unsafelyUnwrapped, to: CsvReaderObject.self)
      return .object(CsvDialectObject(type: runtime.csvState.dialectType, reader.dialect))
    }
    return type
  }
}
