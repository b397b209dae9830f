/// `print` and `input`.
extension Runtime {
  func installPrinting() {
    let streams = standardStreams
    defineBuiltin("print", "*args, sep=None, end=None, file=None, flush=False") {
      [unowned streams] (runtime, arguments) throws(Raised) in
      try runtime.print(arguments, streams)
      return .none
    }
    defineBuiltin("input", "prompt=None, /") { (runtime, arguments) throws(Raised) in
      try runtime.input(arguments[0])
    }
  }

  private func print(_ arguments: Arguments, _ streams: StandardStreams) throws(Raised) {
    var separator: StringObject?
    var end: StringObject?
    var file = Value.none
    var flushes = false
    if arguments.hasKeywords {
      let (givenSeparator, givenEnd) = (arguments.keyword("sep"), arguments.keyword("end"))
      let (givenFile, givenFlush) = (arguments.keyword("file"), arguments.keyword("flush"))
      var known = 0
      for value in [givenSeparator, givenEnd, givenFile, givenFlush] where !value.isUndefined { known += 1 }
      try refuseOtherKeywords(arguments, "print", known, ["sep", "end", "file", "flush"])
      separator = try textOption(givenSeparator, "sep")
      end = try textOption(givenEnd, "end")
      if !givenFile.isUndefined { file = givenFile }
      if !givenFlush.isUndefined { flushes = try isTrue(givenFlush) }
    }
    if file.isNone { file = try streams.current(.output, self) }
    if file.isNone { return }
    if case .object(let object) = file, let stream = object as? TextSinkObject, stream.isUnmodified {
      try print(arguments, separator, end, to: stream)
      if flushes { try stream.flush(self) }
      return
    }
    let write = try getAttribute(file, "write")
    for index in 0..<arguments.count {
      if index > 0 { _ = try call(write, .object(separator ?? character(UInt8(ascii: " ")))) }
      _ = try call(write, .object(try str(arguments[index])))
    }
    _ = try call(write, .object(end ?? character(UInt8(ascii: "\n"))))
    if flushes { _ = try callMethod(file, "flush") }
  }

  private func print(
    _ arguments: Arguments, _ separator: StringObject?, _ end: StringObject?, to stream: TextSinkObject
  ) throws(Raised) {
    var line = TextBuilder()
    for index in 0..<arguments.count {
      if index > 0 {
        if let separator { line.append(string: separator) } else { line.append(byte: UInt8(ascii: " ")) }
      }
      let value = arguments[index]
      if case .object(let object) = value, object.mayRunProgramForText {
        // What the program's own methods print comes after what was there before, which stays there if they fail.
        if line.count > 0 {
          try line.write(to: stream, self)
          line = TextBuilder()
        }
      }
      try append(value, to: &line)
    }
    if let end { line.append(string: end) } else { line.append(byte: UInt8(ascii: "\n")) }
    try line.write(to: stream, self)
  }

  private func textOption(_ value: Value, _ name: String) throws(Raised) -> StringObject? {
    if value.isUndefined || value.isNone { return nil }
    guard let text = value.string else { throw typeError("\(name) must be None or a string, not \(typeName(value))") }
    return text
  }

  /// Writes to what `sys.stdout` is now.
  func printText(_ text: String) throws(Raised) {
    let file = try standardStreams.current(.output, self)
    if file.isNone { return }
    _ = try callMethod(file, "write", [.object(string(text))])
  }

  /// Shows a value as the prompt does, and keeps it as `_`.
  func display(_ value: Value) throws(Raised) {
    if value.isNone { return }
    let name = intern("_")
    builtins.setString(name, .none)
    let shown = try repr(value)
    let isColoured = try coloursValue(value)
    try printText((isColoured ? ValueColours.coloured(shown) : shown.text) + "\n")
    builtins.setString(name, value)
  }

  private func coloursValue(_ value: Value) throws(Raised) -> Bool {
    guard launchOptions.coloursValues, ValueColours.apply(to: value) else { return false }
    let streams = standardStreams
    return try streams.current(.output, self).isIdentical(to: .object(streams.output))
  }

  /// Shows a value by what `sys.displayhook` is now.
  func displayHook(_ value: Value) throws(Raised) {
    guard let module = standardStreams.sysModule else { return try display(value) }
    guard let hook = module.namespace.getString(intern("displayhook")) else {
      throw runtimeError("lost sys.displayhook")
    }
    _ = try call(hook, value)
  }

  private func input(_ prompt: Value) throws(Raised) -> Value {
    let streams = standardStreams
    // A deleted stream is as good as None.
    func current(_ role: StandardStreams.Role) throws(Raised) -> Value {
      guard let stream = try? streams.current(role, self), !stream.isNone else {
        throw runtimeError("input(): lost sys.\(role.rawValue)")
      }
      return stream
    }
    let source = try current(.input)
    let output = try current(.output)
    if !prompt.isUndefined { _ = try callMethod(output, "write", [.object(try str(prompt))]) }
    // An object that only writes will do.
    do throws(Raised) { _ = try callMethod(output, "flush") } catch {
      guard matches(error, "Exception") else { throw error }
    }
    let line: Value
    if let file = source.object as? TextSinkObject, file.isUnmodified {
      line = try file.readLine(self, limit: -1)
    } else {
      line = try callMethod(source, "readline")
    }
    if let bytes = line.bytes {
      if bytes.count == 0 { throw error("EOFError", "EOF when reading a line") }
      let line = ByteSpan(bytes)
      return .object(line.part(0..<(line.last == 0x0A ? line.count - 1 : line.count)).object(types.bytes))
    }
    guard let text = line.string else { throw typeError("object.readline() returned non-string") }
    if text.byteCount == 0 { throw error("EOFError", "EOF when reading a line") }
    guard text.bytes[text.byteCount - 1] == UInt8(ascii: "\n") else { return line }
    return .object(string(utf8: UnsafeBufferPointer(start: text.bytes, count: text.byteCount - 1)))
  }
}

extension TextBuilder {
  fileprivate borrowing func write(to stream: TextSinkObject, _ runtime: Runtime) throws(Raised) {
    try stream.write(utf8, isASCII: isASCII, runtime)
  }
}

extension Object {
  /// Whether `str` of it can come to a method of the program's.
  fileprivate var mayRunProgramForText: Bool {
    switch kind {
    case .string, .bigInt, .complex, .bytes, .range: isOfHeapType
    default: true
    }
  }
}
