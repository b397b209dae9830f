/// `re`. The flags, an enumeration, are made when a program first names one.
extension Runtime {
  var regexTypes: RegexTypes {
    attachment(RegexTypes.self) {
      RegexTypes(
        pattern: makePatternType(), match: makeMatchType(), scanner: makeScannerType(), error: makePatternErrorType())
    }
  }

  func makeReModule() -> ModuleObject {
    let module = ModuleObject(self, name: "re")
    let types = regexTypes
    module.set(self, "Pattern", .object(types.pattern))
    module.set(self, "Match", .object(types.match))
    module.set(self, "error", .object(types.error))
    module.set(self, "PatternError", .object(types.error))
    addRegexSearching(to: module)
    addRegexReplacing(to: module)
    addRegexHelpers(to: module)
    for entry in module.namespace.liveEntries {
      entry.value.cast(.nativeFunction, to: NativeFunction.self)?.isWrittenInPython = true
    }
    let flags = [
      "A", "ASCII", "DEBUG", "DOTALL", "I", "IGNORECASE", "L", "LOCALE", "M", "MULTILINE", "NOFLAG", "RegexFlag", "S", "U",
      "UNICODE", "VERBOSE", "X",
    ]
    let functions = [
      "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "compile", "purge", "escape", "error",
      "Pattern", "Match", "PatternError",
    ]
    let exported = (functions + flags).map { Value.object(string($0)) }
    module.set(self, "__all__", .object(ListObject(self, exported)))
    module.lazyAttribute = { (runtime, module, name) throws(Raised) in
      if name.text == "_parser" || name.text == "_constants" {
        return try runtime.importModule("re.\(name.text)", level: 0, globals: module.namespace)
      }
      guard flags.contains(name.text) || name.text == "Scanner" else { return nil }
      let library = try runtime.importModule("_re_flags", level: 0, globals: module.namespace)
      if name.text == "Scanner" { return try runtime.getAttribute(library, name) }
      let type = try runtime.getAttribute(library, "RegexFlag")
      module.set(runtime, "RegexFlag", type)
      for flag in flags where flag != "RegexFlag" {
        module.set(runtime, flag, try runtime.getAttribute(type, flag))
      }
      return module.namespace.getString(name)
    }
    return module
  }

  private func addRegexSearching(to module: ModuleObject) {
    module.define(self, "compile", "pattern, flags=0") { (runtime, arguments) throws(Raised) in
      .object(try runtime.compileRegex(arguments[0], flags: arguments[1]))
    }
    module.define(self, "_width", "pattern, flags=0") { (runtime, arguments) throws(Raised) in
      let width = try runtime.regexWidth(arguments[0], flags: arguments[1])
      return .object(TupleObject(runtime, [.int(width.min), .int(width.max)]))
    }
    module.define(self, "_compile", "pattern, flags") { (runtime, arguments) throws(Raised) in
      .object(try runtime.compileRegex(arguments[0], flags: arguments[1]))
    }
    for (name, mode) in [("search", RegexMode.search), ("match", .match), ("fullmatch", .full)] {
      module.define(self, name, "pattern, string, flags=0") { (runtime, arguments) throws(Raised) in
        try runtime.regexFind(
          try runtime.compileRegex(arguments[0], flags: arguments[2]), arguments[1], .undefined, .undefined, mode)
      }
    }
    module.define(self, "findall", "pattern, string, flags=0") { (runtime, arguments) throws(Raised) in
      let pattern = try runtime.compileRegex(arguments[0], flags: arguments[2])
      let subject = try runtime.regexSubject(arguments[1], pattern)
      return try runtime.regexFindAll(pattern, subject, RegexSpan(subject))
    }
    module.define(self, "finditer", "pattern, string, flags=0") { (runtime, arguments) throws(Raised) in
      let pattern = try runtime.compileRegex(arguments[0], flags: arguments[2])
      let subject = try runtime.regexSubject(arguments[1], pattern)
      return runtime.regexIterate(pattern, subject, RegexSpan(subject))
    }
  }

  private func addRegexReplacing(to module: ModuleObject) {
    module.define(self, "split", "pattern, string, *args, maxsplit=0, flags=0") { (runtime, arguments) throws(Raised) in
      let options = try runtime.regexOptions(arguments, "split", ["pattern", "string"], "maxsplit")
      let pattern = try runtime.compileRegex(options.fixed[0], flags: options.flags)
      let subject = try runtime.regexSubject(options.fixed[1], pattern)
      return try runtime.regexSplit(pattern, subject, limit: options.count)
    }
    for name in ["sub", "subn"] {
      module.define(self, name, "pattern, repl, string, *args, count=0, flags=0") { (runtime, arguments) throws(Raised) in
        let options = try runtime.regexOptions(arguments, name, ["pattern", "repl", "string"], "count")
        let pattern = try runtime.compileRegex(options.fixed[0], flags: options.flags)
        let subject = try runtime.regexSubject(options.fixed[2], pattern)
        let (text, count) = try runtime.regexReplace(pattern, options.fixed[1], subject, limit: options.count)
        return name == "sub" ? text : runtime.pair(text, .int(count))
      }
    }
  }

  private struct RegexOptions {
    var fixed: [Value]
    var count = 0
    var flags = Value.undefined
  }

  /// The arguments of `split` and `sub`, whose options may still come by position, with a warning.
  private func regexOptions(
    _ arguments: Arguments, _ function: String, _ names: [String], _ countName: String
  ) throws(Raised) -> RegexOptions {
    var values = Array(arguments.positional.prefix(names.count))
    values.append(contentsOf: repeatElement(.undefined, count: names.count - values.count))
    var (count, flags) = (Value.undefined, Value.undefined)
    for (name, value) in arguments.keywords {
      if let index = names.firstIndex(of: name.text) {
        if !values[index].isUndefined { throw typeError("\(function)() got multiple values for argument '\(name.text)'") }
        values[index] = value
      } else if name.text == countName {
        count = value
      } else if name.text == "flags" {
        flags = value
      } else {
        let hint = closestName(to: name.text, among: names + [countName, "flags"])
        throw typeError(
          "\(function)() got an unexpected keyword argument '\(name.text)'"
            + (hint.map { ". Did you mean '\($0)'?" } ?? ""))
      }
    }
    let missing = names.indices.filter { values[$0].isUndefined }.map { "'\(names[$0])'" }
    if !missing.isEmpty {
      let list =
        missing.count <= 2
        ? missing.joined(separator: " and ")
        : missing.dropLast().joined(separator: ", ") + ", and " + missing[missing.count - 1]
      throw typeError(
        "\(function)() missing \(missing.count) required positional argument\(missing.count == 1 ? "" : "s"): \(list)")
    }
    let extra = Array(arguments.positional.dropFirst(names.count))
    if !extra.isEmpty {
      if !count.isUndefined { throw typeError("\(function)() got multiple values for argument '\(countName)'") }
      count = extra[0]
      if extra.count > 1 {
        if !flags.isUndefined { throw typeError("\(function)() got multiple values for argument 'flags'") }
        flags = extra[1]
        if extra.count > 2 {
          throw typeError(
            "\(function)() takes from \(names.count) to \(names.count + 2) positional arguments but "
              + "\(arguments.count) were given")
        }
      }
      try issueWarning("'\(countName)' is passed as positional argument", category: "DeprecationWarning")
    }
    return RegexOptions(fixed: values, count: count.isUndefined ? 0 : try regexIndex(count), flags: flags)
  }

  private func addRegexHelpers(to module: ModuleObject) {
    module.define(self, "purge", "") { (runtime, _) throws(Raised) in
      runtime.regexTypes.purge()
      return .none
    }
    module.define(self, "escape", "pattern") { (runtime, arguments) throws(Raised) in
      if let text = arguments[0].string {
        var builder = TextBuilder(capacity: text.byteCount + 8)
        for byte in text.utf8 {
          if regexSpecialBytes.contains(byte) { builder.append(byte: 0x5C) }
          builder.append(byte: byte)
        }
        return .object(builder.finish(runtime))
      }
      guard let bytes = runtime.bytesLike(arguments[0]) else {
        throw runtime.typeError("decoding to str: need a bytes-like object, \(runtime.typeName(arguments[0])) found")
      }
      var result: [UInt8] = []
      for byte in bytes {
        if regexSpecialBytes.contains(byte) { result.append(0x5C) }
        result.append(byte)
      }
      return .object(BytesObject(type: runtime.types.bytes, result))
    }
  }

  private func makePatternErrorType() -> TypeObject {
    let type = TypeObject(
      self, metatype: types.type, name: "PatternError", bases: [exceptionTypes["Exception"].unsafelyUnwrapped],
      instanceKind: .exception, isHeap: false)
    type.moduleName = "re"
    let initialize = NativeFunction(self, "__init__", "self, msg, pattern=None, pos=None", owner: type) {
      (runtime, arguments) throws(Raised) in
      guard let exception = arguments[0].exception else { return .none }
      runtime.fillPatternError(
        exception, arguments[1], arguments[2].defined ?? .none, arguments[3].defined ?? .none)
      return .none
    }
    initialize.isWrittenInPython = true
    type.attributes.setString(names[.`init`], .object(initialize))
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let exception = ExceptionObject(type: cls, arguments: arguments.positional)
      var values: [Value] = [.object(exception)]
      values.append(contentsOf: arguments.positional)
      _ = try runtime.call(.object(initialize), values, keywords: arguments.keywords)
      return .object(exception)
    }
    return type
  }
}

/// What `re.escape` puts a backslash before.
private let regexSpecialBytes: Set<UInt8> = Set("()[]{}?*+-|^$\\.&~# \t\n\r\u{0B}\u{0C}".utf8)
