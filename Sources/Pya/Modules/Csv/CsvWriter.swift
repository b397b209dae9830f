/// `csv.writer(file)`: rows as lines.
final class CsvWriterObject: Object {
  private let write: Value
  fileprivate let dialect: CsvDialect

  init(_ runtime: Runtime, write: Value, _ dialect: CsvDialect) {
    self.write = write
    self.dialect = dialect
    super.init(type: runtime.csvState.writerType, kind: .other)
  }

  func writeRow(_ row: Value, _ runtime: Runtime) throws(Raised) -> Value {
    guard runtime.isIterable(row) else { throw runtime.csvError("iterable expected, not \(runtime.typeName(row))") }
    var line = TextBuilder(capacity: 128)
    var count = 0
    var lastIsNone = false
    try runtime.forEach(row) { (field) throws(Raised) in
      if count > 0 { line.append(codePoint: dialect.delimiter) }
      try append(field, to: &line, runtime)
      lastIsNone = field.isNone
      count += 1
    }
    if count > 0, line.count == 0 {
      // One empty field: without quotes it would be no field at all.
      if dialect.quoting == .none || lastIsNone && (dialect.quoting == .strings || dialect.quoting == .notNull) {
        throw runtime.csvError("single empty field record must be quoted")
      }
      if let quote = dialect.quote { line.append(codePoint: quote, times: 2) }
    }
    line.append(dialect.lineEnd)
    return try runtime.call(write, .object(line.finish(runtime)))
  }

  private func append(_ field: Value, to line: inout TextBuilder, _ runtime: Runtime) throws(Raised) {
    let text: StringObject
    if field.isNone {
      text = runtime.names.empty
    } else if let string = field.string {
      text = string
    } else {
      text = try runtime.str(field)
    }
    var isQuoted: Bool
    switch dialect.quoting {
    case .minimal, .none: isQuoted = false
    case .all: isQuoted = true
    case .nonnumeric: isQuoted = !isNumber(field, runtime)
    case .strings: isQuoted = field.string != nil
    case .notNull: isQuoted = !field.isNone
    }
    if text.byteCount == 0, dialect.delimiter == 0x20, dialect.skipsInitialSpace {
      if dialect.quoting == .none || field.isNone && (dialect.quoting == .strings || dialect.quoting == .notNull) {
        throw runtime.csvError("empty field must be quoted if delimiter is a space and skipinitialspace is true")
      }
      isQuoted = true
    }
    var content = TextBuilder(capacity: text.byteCount + 2)
    var offset = 0
    while offset < text.byteCount {
      let (character, width) = decodeUTF8(text.bytes + offset)
      if isSpecial(character) {
        var needsEscape = dialect.quoting == .none
        if !needsEscape {
          if character == dialect.quote {
            if dialect.doublesQuotes { content.append(codePoint: character) } else { needsEscape = true }
          } else if character == dialect.escape {
            needsEscape = true
          }
          if !needsEscape { isQuoted = true }
        }
        if needsEscape {
          guard let escape = dialect.escape else { throw runtime.csvError("need to escape, but no escapechar set") }
          content.append(codePoint: escape)
        }
      }
      content.append(codePoint: character)
      offset += width
    }
    if isQuoted, let quote = dialect.quote { line.append(codePoint: quote) }
    line.append(text: content)
    if isQuoted, let quote = dialect.quote { line.append(codePoint: quote) }
  }

  private func isSpecial(_ character: UInt32) -> Bool {
    character == dialect.delimiter || character == dialect.quote || character == dialect.escape || character == 10
      || character == 13 || dialect.lineEnd.unicodeScalars.contains { $0.value == character }
  }

  private func isNumber(_ value: Value, _ runtime: Runtime) -> Bool {
    switch value {
    case .int, .float, .bool: return true
    default:
      let type = runtime.type(of: value)
      return [SpecialMethod.index, .int, .float].contains { type.lookup(runtime.names[$0]) != nil } && value.string == nil
    }
  }
}

extension Runtime {
  func makeCsvWriterType() -> TypeObject {
    let type = TypeObject(self, module: "_csv", "writer")
    type.define(self, "writerow", "self, row, /") { (runtime, arguments) throws(Raised) in
      try unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: CsvWriterObject.self).writeRow(arguments[1], runtime)
    }
    type.define(self, "writerows", "self, rows, /") { (runtime, arguments) throws(Raised) in
      let writer = unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: CsvWriterObject.self)
      try runtime.forEach(arguments[1]) { (row) throws(Raised) in _ = try writer.writeRow(row, runtime) }
      return .none
    }
    type.defineProperty(self, "dialect") { (runtime, value) throws(Raised) in
      let writer = unsafeDowncast(value.object.unsafelyUnwrapped, to: CsvWriterObject.self)
      return .object(CsvDialectObject(type: runtime.csvState.dialectType, writer.dialect))
    }
    return type
  }

  /// `_csv`: reading and writing for the module `csv`.
  func makeCsvModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_csv")
    let state = csvState
    module.set(self, "Error", .object(state.error))
    module.set(self, "Dialect", .object(state.dialectType))
    for (index, name) in ["MINIMAL", "ALL", "NONNUMERIC", "NONE", "STRINGS", "NOTNULL"].enumerated() {
      module.set(self, "QUOTE_\(name)", .int(index))
    }
    module.define(self, "reader", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      if arguments.count == 0 { throw runtime.typeError(" expected at least 1 argument, got 0") }
      let source = try runtime.iterator(arguments[0])
      return .object(CsvReaderObject(runtime, source, try runtime.csvDialect(arguments[1], arguments.keywords)))
    }
    module.define(self, "writer", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      if arguments.count == 0 { throw runtime.typeError(" expected at least 1 argument, got 0") }
      let dialect = try runtime.csvDialect(arguments[1], arguments.keywords)
      guard let write = try runtime.getAttributeIfPresent(arguments[0], runtime.intern("write")), runtime.isCallable(write)
      else { throw runtime.typeError("argument 1 must have a \"write\" method") }
      return .object(CsvWriterObject(runtime, write: write, dialect))
    }
    module.define(self, "register_dialect", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string else { throw runtime.typeError("dialect name must be a string") }
      let dialect = try runtime.csvDialect(arguments[1], arguments.keywords)
      state.registered.setString(name, .object(CsvDialectObject(type: state.dialectType, dialect)))
      return .none
    }
    module.define(self, "unregister_dialect", "name") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string, state.registered.removeString(name) != nil else {
        throw runtime.csvError("unknown dialect")
      }
      return .none
    }
    module.define(self, "get_dialect", "name") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string, let dialect = state.registered.getString(name) else {
        throw runtime.csvError("unknown dialect")
      }
      return dialect
    }
    module.define(self, "list_dialects", "") { (runtime, _) throws(Raised) in
      .object(ListObject(runtime, state.registered.keys))
    }
    module.define(self, "field_size_limit", "new_limit=None") { (runtime, arguments) throws(Raised) in
      let old = state.fieldLimit
      if let limit = arguments[0].defined {
        guard case .int(let number) = limit.plainNumber else { throw runtime.typeError("limit must be an integer") }
        state.fieldLimit = number
      }
      return .int(old)
    }
    return module
  }
}
