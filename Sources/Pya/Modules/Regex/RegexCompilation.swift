/// From the text of an expression to a `re.Pattern`.
extension Runtime {
  /// `re.compile(source, flags)`, remembering what was compiled. A pattern stays as it is.
  func compileRegex(_ source: Value, flags: Value) throws(Raised) -> PatternObject {
    let types = regexTypes
    var number = 0
    if !flags.isUndefined {
      switch flags.plainNumber {
      case .int(let given): number = given
      case .bool(let given): number = given ? 1 : 0
      default: throw typeError("unsupported operand type(s) for &: '\(typeName(flags))' and 'int'")
      }
    }
    if let cached = types.cached(source, number) { return cached }
    if let pattern = source.object as? PatternObject {
      if number != 0 { throw valueError("cannot process flags argument with a compiled pattern") }
      return pattern
    }
    let text: [UInt32]
    let isBytes: Bool
    if let string = source.string {
      text = string.codePoints
      isBytes = false
    } else if let bytes = bytesLike(source) {
      text = bytes.map { UInt32($0) }
      isBytes = true
    } else {
      _ = try hash(source)
      throw typeError("first argument must be string or compiled pattern")
    }
    let pattern = try compileRegex(source, text, isBytes: isBytes, RegexFlags(rawValue: number))
    types.remember(source, number, pattern)
    return pattern
  }

  /// How many characters a match takes. The expression is known to be correct once it was compiled.
  func regexWidth(_ source: Value, flags: Value) throws(Raised) -> RegexWidth {
    let pattern = try compileRegex(source, flags: flags)
    let text = source.string?.codePoints ?? bytesLike(source)?.map { UInt32($0) } ?? []
    var parser = RegexParser(text, isBytes: source.string == nil, flags: pattern.flags)
    do {
      let tree = try parser.parse()
      return parser.width(tree)
    } catch { throw regexError(error, source) }
  }

  private func compileRegex(
    _ source: Value, _ text: [UInt32], isBytes: Bool, _ flags: RegexFlags
  ) throws(Raised) -> PatternObject {
    if flags.contains(.debug) { throw notImplementedError("pya does not support re.DEBUG") }
    var parser = RegexParser(text, isBytes: isBytes, flags: flags)
    let program: RegexProgram
    do {
      let tree = try parser.parse()
      program = try RegexCompiler.compile(tree, parser)
    } catch { throw regexError(error, source) }
    for warning in parser.warnings { try issueWarning(warning, category: "FutureWarning") }
    let names = parser.groupNames.map { (name: intern(string(codePoints: $0.name)), number: $0.number) }
    return PatternObject(regexTypes, source: source, flags: parser.globalFlags, program: program, groupNames: names)
  }

  /// The exception for what is wrong with an expression or template.
  func regexError(_ error: RegexSyntaxError, _ source: Value) -> Raised {
    var message = error.message
    if message.contains("%r") {
      let name = (try? repr(.object(string(codePoints: error.name))).text) ?? ""
      let parts = message.split(separator: "%r", omittingEmptySubsequences: false)
      message = parts.map(String.init).joined(separator: name)
    }
    if source.string == nil {
      // For bytes the message is ASCII.
      var escaped = ""
      for scalar in message.unicodeScalars {
        if scalar.isASCII { escaped.unicodeScalars.append(scalar) } else { escaped += "\\x" + String(scalar.value, radix: 16) }
      }
      message = escaped
    }
    switch error.kind {
    case .overflow: return overflowError(message)
    case .value: return valueError(message)
    case .recursion: return recursionError()
    case .index: return indexError(message)
    case .syntax: return patternError(message, source, error.position)
    }
  }

  /// `re.PatternError` with its fields.
  func patternError(_ message: String, _ source: Value, _ position: Int?) -> Raised {
    let exception = ExceptionObject(type: regexTypes.error, arguments: [])
    fillPatternError(
      exception, .object(string(message)), position == nil ? .none : source, position.map { .int($0) } ?? .none)
    return Raised(exception)
  }

  func fillPatternError(_ exception: ExceptionObject, _ message: Value, _ source: Value, _ position: Value) {
    let fields = exception.instanceDictionary(self)
    func set(_ name: String, _ value: Value) { fields?.setString(intern(name), value) }
    var text = message.string?.text ?? ""
    var line = Value.none
    var column = Value.none
    if case .int(let place) = position, !source.isNone {
      let characters: [UInt32] = source.string?.codePoints ?? bytesLike(source)?.map { UInt32($0) } ?? []
      let before = characters.prefix(max(place, 0))
      let lineNumber = before.count { $0 == 10 } + 1
      let columnNumber = BigInt(place) - BigInt(before.lastIndex(of: 10) ?? -1)
      text += " at position \(place)"
      if characters.contains(10) { text += " (line \(lineNumber), column \(columnNumber.decimal))" }
      (line, column) = (.int(lineNumber), integer(columnNumber))
    }
    set("msg", message)
    set("pattern", source)
    set("pos", position)
    set("lineno", line)
    set("colno", column)
    exception.arguments = [.object(string(text))]
  }
}

extension Runtime {
  func string(codePoints: [UInt32]) -> StringObject {
    var builder = TextBuilder(capacity: codePoints.count)
    for value in codePoints { builder.append(codePoint: value) }
    return builder.finish(self)
  }
}
