/// `re.Pattern`
extension Runtime {
  func makePatternType() -> TypeObject {
    let type = makeRegexType("Pattern")
    definePatternMatching(type)
    definePatternReplacing(type)
    definePatternAttributes(type)
    return type
  }

  /// A type of the module `re` that programs can neither call nor derive from.
  func makeRegexType(_ name: String) -> TypeObject {
    let type = TypeObject(self, module: "re", name)
    type.isFinal = true
    for name in ["__copy__", "__deepcopy__"] {
      type.define(self, name, "self, memo=None, /") { (_, arguments) throws(Raised) in arguments[0] }
    }
    return type
  }

  private func definePatternMatching(_ type: TypeObject) {
    for (name, mode) in [("search", RegexMode.search), ("match", .match), ("fullmatch", .full)] {
      type.define(self, name, "self, /, string, pos=0, endpos=sys.maxsize") { (runtime, arguments) throws(Raised) in
        try runtime.regexFind(arguments.pattern, arguments[1], arguments[2], arguments[3], mode)
      }
    }
    type.define(self, "findall", "self, /, string, pos=0, endpos=sys.maxsize") { (runtime, arguments) throws(Raised) in
      let subject = try runtime.regexSubject(arguments[1], arguments.pattern)
      return try runtime.regexFindAll(
        arguments.pattern, subject, try RegexSpan(runtime, subject, arguments[2], arguments[3]))
    }
    type.define(self, "finditer", "self, /, string, pos=0, endpos=sys.maxsize") { (runtime, arguments) throws(Raised) in
      let subject = try runtime.regexSubject(arguments[1], arguments.pattern)
      return runtime.regexIterate(
        arguments.pattern, subject, try RegexSpan(runtime, subject, arguments[2], arguments[3]))
    }
    type.define(self, "scanner", "self, /, string, pos=0, endpos=sys.maxsize") { (runtime, arguments) throws(Raised) in
      let subject = try runtime.regexSubject(arguments[1], arguments.pattern)
      let span = try RegexSpan(runtime, subject, arguments[2], arguments[3])
      return .object(ScannerObject(runtime.regexTypes, arguments.pattern, subject, span))
    }
  }

  private func definePatternReplacing(_ type: TypeObject) {
    type.define(self, "split", "self, /, string, maxsplit=0") { (runtime, arguments) throws(Raised) in
      let subject = try runtime.regexSubject(arguments[1], arguments.pattern)
      let limit = arguments[2].isUndefined ? 0 : try runtime.regexIndex(arguments[2])
      return try runtime.regexSplit(arguments.pattern, subject, limit: limit)
    }
    type.define(self, "sub", "self, /, repl, string, count=0") { (runtime, arguments) throws(Raised) in
      let subject = try runtime.regexSubject(arguments[2], arguments.pattern)
      let limit = arguments[3].isUndefined ? 0 : try runtime.regexIndex(arguments[3])
      return try runtime.regexReplace(arguments.pattern, arguments[1], subject, limit: limit).0
    }
    type.define(self, "subn", "self, /, repl, string, count=0") { (runtime, arguments) throws(Raised) in
      let subject = try runtime.regexSubject(arguments[2], arguments.pattern)
      let limit = arguments[3].isUndefined ? 0 : try runtime.regexIndex(arguments[3])
      let (text, count) = try runtime.regexReplace(arguments.pattern, arguments[1], subject, limit: limit)
      return runtime.pair(text, .int(count))
    }
  }

  private func definePatternAttributes(_ type: TypeObject) {
    type.defineMember(self, "pattern") { $0.regexPattern.source }
    type.defineMember(self, "flags") { .int($0.regexPattern.flags.rawValue) }
    type.defineMember(self, "groups") { .int($0.regexPattern.groupCount) }
    type.defineProperty(self, "groupindex") { (runtime, value) throws(Raised) in
      let names = DictObject(runtime)
      for (name, number) in value.regexPattern.groupNames { names.setString(name, .int(number)) }
      return .object(MappingProxyObject(runtime, .object(names)))
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let pattern = arguments.pattern
      let source: [UInt32] = try runtime.repr(pattern.source).codePoints
      let flags = pattern.flags.names(isBytes: pattern.isBytes)
      let text = runtime.string(codePoints: Array(source.prefix(200))).text
      return .object(runtime.string("re.compile(\(text)\(flags.isEmpty ? "" : ", \(flags.joined(separator: "|"))"))"))
    }
    type.define(self, "__eq__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let other = arguments[1].object as? PatternObject else { return .notImplemented }
      let pattern = arguments.pattern
      if pattern === other { return .bool(true) }
      guard pattern.flags == other.flags, pattern.isBytes == other.isBytes else { return .bool(false) }
      return .bool(try runtime.equals(pattern.source, other.source))
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      .int((try runtime.hash(arguments.pattern.source)) ^ arguments.pattern.flags.rawValue)
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let module = try runtime.importModule("re", level: 0, globals: runtime.builtins)
      let compile = try runtime.getAttribute(module, "_compile")
      let pattern = arguments.pattern
      return runtime.tuple([compile, runtime.tuple([pattern.source, .int(pattern.flags.rawValue)])])
    }
    defineTypeArguments(of: type)
  }
}

extension Arguments {
  /// `self` of a method of `re.Pattern`.
  @inline(__always)
  fileprivate var pattern: PatternObject { base[0].regexPattern }
}

extension Value {
  @inline(__always)
  fileprivate var regexPattern: PatternObject { unsafeDowncast(object.unsafelyUnwrapped, to: PatternObject.self) }
}

extension RegexFlags {
  /// As `repr` of a pattern shows them. That letters are Unicode's goes without saying for text.
  func names(isBytes: Bool) -> [String] {
    var rest = self
    if !isBytes, rest.intersection(.kinds) == .unicode { rest.remove(.unicode) }
    var names: [String] = []
    let known: [(RegexFlags, String)] = [
      (.ignoreCase, "IGNORECASE"), (.locale, "LOCALE"), (.multiline, "MULTILINE"), (.dotAll, "DOTALL"),
      (.unicode, "UNICODE"), (.verbose, "VERBOSE"), (.debug, "DEBUG"), (.ascii, "ASCII"),
    ]
    for (flag, name) in known where rest.contains(flag) {
      names.append("re.\(name)")
      rest.remove(flag)
    }
    if !rest.isEmpty { names.append("0x\(String(rest.rawValue, radix: 16))") }
    return names
  }
}

/// What `pattern.scanner(...)` gives: matches one after the other.
final class ScannerObject: Object {
  let pattern: PatternObject
  private let subject: RegexSubject
  private let span: RegexSpan
  private var position: Int
  private var mustAdvance = false
  private var isExhausted = false

  init(_ types: RegexTypes, _ pattern: PatternObject, _ subject: RegexSubject, _ span: RegexSpan) {
    self.pattern = pattern
    self.subject = subject
    self.span = span
    position = span.start
    super.init(type: types.scanner, kind: .other)
  }

  func next(_ runtime: Runtime, _ mode: Runtime.RegexMode) throws(Raised) -> Value {
    if isExhausted { return .none }
    var rest = span
    rest.start = position
    let found = try runtime.regexFind(pattern, subject, rest, mode, mustAdvance: mustAdvance)
    guard let match = found.object else {
      isExhausted = true
      return .none
    }
    let spans = unsafeDowncast(match, to: MatchObject.self).spans
    mustAdvance = spans[0] == spans[1]
    position = spans[1]
    return found
  }
}

extension Runtime {
  func makeScannerType() -> TypeObject {
    let type = TypeObject(self, module: "_sre", "SRE_Scanner")
    type.isFinal = true
    for (name, mode) in [("search", RegexMode.search), ("match", .match)] {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        try unsafeDowncast(arguments[0].object.unsafelyUnwrapped, to: ScannerObject.self).next(runtime, mode)
      }
    }
    type.defineMember(self, "pattern") {
      .object(unsafeDowncast($0.object.unsafelyUnwrapped, to: ScannerObject.self).pattern)
    }
    return type
  }
}
