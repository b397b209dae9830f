/// How rows of values are written as lines: what separates and what quotes.
struct CsvDialect {
  enum Quoting: Int { case minimal = 0, all, nonnumeric, none, strings, notNull }

  var delimiter: UInt32 = 0x2C
  var quote: UInt32? = 0x22
  var escape: UInt32?
  var doublesQuotes = true
  var skipsInitialSpace = false
  var lineEnd = "\r\n"
  var quoting = Quoting.minimal
  var isStrict = false

  static let names = [
    "delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict",
  ]
}

/// A dialect as the reader's or writer's attribute `dialect` shows it.
final class CsvDialectObject: Object {
  let dialect: CsvDialect

  init(type: TypeObject, _ dialect: CsvDialect) {
    self.dialect = dialect
    super.init(type: type, kind: .other)
  }
}

final class CsvState {
  let error: TypeObject
  let dialectType: TypeObject
  let readerType: TypeObject
  let writerType: TypeObject
  let registered: DictObject
  var fieldLimit = 131_072

  init(_ runtime: Runtime, error: TypeObject, dialect: TypeObject, reader: TypeObject, writer: TypeObject) {
    self.error = error
    dialectType = dialect
    readerType = reader
    writerType = writer
    registered = DictObject(runtime)
  }
}

extension Runtime {
  var csvState: CsvState {
    attachment(CsvState.self) {
      CsvState(
        self, error: makeModuleException("Error", module: "_csv"), dialect: makeCsvDialectType(), reader: makeCsvReaderType(),
        writer: makeCsvWriterType())
    }
  }

  func csvError(_ message: String) -> Raised { Raised(makeException(csvState.error, [.object(string(message))])) }

  /// The dialect that a call asks for: a name, a class or an object, changed by keywords.
  func csvDialect(_ given: Value, _ keywords: [(name: StringObject, value: Value)]) throws(Raised) -> CsvDialect {
    var source = given
    for (name, value) in keywords where name.text == "dialect" { source = value }
    if let name = source.string {
      guard let known = csvState.registered.getString(name) else { throw csvError("unknown dialect") }
      source = known
    }
    var dialect = (source.object as? CsvDialectObject)?.dialect ?? CsvDialect()
    if !source.isUndefined, !source.isNone, !(source.object is CsvDialectObject) {
      for name in CsvDialect.names {
        if let value = try getAttributeIfPresent(source, intern(name)) { try set(&dialect, name, value) }
      }
    }
    for (name, value) in keywords where name.text != "dialect" {
      guard CsvDialect.names.contains(name.text) else {
        throw unexpectedKeyword("this function", name.text, among: CsvDialect.names)
      }
      try set(&dialect, name.text, value)
    }
    if dialect.quoting != .none, dialect.quote == nil { throw typeError("quotechar must be set if quoting enabled") }
    try check(dialect)
    return dialect
  }

  /// Whether the characters can be told from each other and from the ends of lines.
  private func check(_ dialect: CsvDialect) throws(Raised) {
    let (space, lineEnd) = (UInt32(0x20), dialect.lineEnd.unicodeScalars.map(\.value))
    for (name, character) in [("delimiter", dialect.delimiter), ("escapechar", dialect.escape), ("quotechar", dialect.quote)] {
      guard let character else { continue }
      if character == 10 || character == 13 || character == space && name != "delimiter" && dialect.skipsInitialSpace {
        throw valueError("bad \(name) value")
      }
      if lineEnd.contains(character) { throw valueError("bad \(name) or lineterminator value") }
    }
    if dialect.delimiter == dialect.escape { throw valueError("bad delimiter or escapechar value") }
    if dialect.delimiter == dialect.quote { throw valueError("bad delimiter or quotechar value") }
    if let escape = dialect.escape, escape == dialect.quote { throw valueError("bad escapechar or quotechar value") }
  }

  private func set(_ dialect: inout CsvDialect, _ name: String, _ value: Value) throws(Raised) {
    switch name {
    case "delimiter": dialect.delimiter = try csvCharacter(value, name, isOptional: false) ?? 0
    case "quotechar":
      dialect.quote = try csvCharacter(value, name, isOptional: true)
      if dialect.quote == nil, dialect.quoting == .minimal { dialect.quoting = .none }
    case "escapechar": dialect.escape = try csvCharacter(value, name, isOptional: true)
    case "doublequote": dialect.doublesQuotes = try isTrue(value)
    case "skipinitialspace": dialect.skipsInitialSpace = try isTrue(value)
    case "strict": dialect.isStrict = try isTrue(value)
    case "lineterminator":
      if value.isNone { throw typeError("lineterminator must be set") }
      guard let text = value.string else { throw typeError("\"lineterminator\" must be a string") }
      dialect.lineEnd = text.text
    default:
      guard case .int(let number) = value.plainNumber else {
        throw typeError("\"quoting\" must be an integer, not \(typeName(value))")
      }
      guard let quoting = CsvDialect.Quoting(rawValue: number) else { throw typeError("bad \"quoting\" value") }
      dialect.quoting = quoting
    }
  }

  private func csvCharacter(_ value: Value, _ name: String, isOptional: Bool) throws(Raised) -> UInt32? {
    if isOptional, value.isNone { return nil }
    guard let text = value.string else {
      throw typeError("\"\(name)\" must be string\(isOptional ? " or None" : ""), not \(typeName(value))")
    }
    guard text.length == 1 else { throw typeError("\"\(name)\" must be a 1-character string") }
    return text.codePoint(atByte: 0)
  }

  private func makeCsvDialectType() -> TypeObject {
    let type = TypeObject(self, module: "_csv", "Dialect")
    type.defineConstructor(self, "*args, **kwargs") { (runtime, cls, arguments) throws(Raised) in
      .object(CsvDialectObject(type: cls, try runtime.csvDialect(arguments[0], arguments.keywords)))
    }
    func member(_ name: String, _ get: @escaping (Runtime, CsvDialect) -> Value) {
      type.defineProperty(self, name) { (runtime, value) throws(Raised) in
        get(runtime, unsafeDowncast(value.object.unsafelyUnwrapped, to: CsvDialectObject.self).dialect)
      }
    }
    member("delimiter") { .object($0.string(codePoints: [$1.delimiter])) }
    member("quotechar") { (runtime, dialect) in dialect.quote.map { .object(runtime.string(codePoints: [$0])) } ?? .none }
    member("escapechar") { (runtime, dialect) in dialect.escape.map { .object(runtime.string(codePoints: [$0])) } ?? .none }
    member("doublequote") { .bool($1.doublesQuotes) }
    member("skipinitialspace") { .bool($1.skipsInitialSpace) }
    member("strict") { .bool($1.isStrict) }
    member("lineterminator") { .object($0.string($1.lineEnd)) }
    member("quoting") { .int($1.quoting.rawValue) }
    return type
  }
}
