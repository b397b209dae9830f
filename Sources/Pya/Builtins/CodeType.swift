import PyaSyntax

/// Code objects (`f.__code__`) and the cells of closures.
extension Runtime {
  func installCodeType() {
    let type = types.code
    func define(_ name: String, _ get: @escaping (Runtime, Code) -> Value, text: @escaping (Runtime, CompiledText) -> Value) {
      type.defineProperty(self, name) { (runtime, value) throws(Raised) in
        if let code = value.cast(.code, to: Code.self) { return get(runtime, code) }
        if let compiled = value.object as? CompiledText { return text(runtime, compiled) }
        throw runtime.typeError("expected a code object, got '\(runtime.typeName(value))'")
      } set: { (runtime, _, _) throws(Raised) in
        throw runtime.attributeError("readonly attribute")
      }
    }
    define("co_name") { .object($0.intern($1.information.name)) } text: { .object($0.intern($1.name)) }
    define("co_qualname") { .object($0.string($1.information.qualifiedName)) } text: { .object($0.intern($1.qualifiedName)) }
    define("co_filename") { .object($0.string($1.information.file.name)) } text: { .object($0.string($1.file.name)) }
    define("co_firstlineno") { .int($1.information.firstLine) } text: { (_, _) in .int(1) }
    define("co_argcount") { .int($1.parameters.positionalCount) } text: { (_, _) in .int(0) }
    define("co_posonlyargcount") { .int($1.parameters.positionalOnlyCount) } text: { (_, _) in .int(0) }
    define("co_kwonlyargcount") { .int($1.parameters.keywordOnlyCount) } text: { (_, _) in .int(0) }
    define("co_flags") { .int($1.flags | ($1.information.isIterableCoroutine ? 0x100 : 0)) } text: { .int(($1.isCoroutine ? 0x80 : 0) | ($1.flags.contains(.annotationsAreText) ? 0x100_0000 : 0)) }
    define("co_varnames") { $0.strings($1.variableNames) } text: { (runtime, _) in runtime.strings([]) }
    define("co_nlocals") { .int($1.variableNames.count) } text: { (_, _) in .int(0) }
    define("co_cellvars") { $0.strings($1.cellNames) } text: { (runtime, _) in runtime.strings([]) }
    define("co_freevars") { (runtime, code) in runtime.strings(code.freeOrder.map { code.freeNames[$0] }) } text: { (runtime, _) in runtime.strings([]) }
    define("co_names") { $0.strings(CodeContents($0, of: $1).names) } text: { $0.strings($0.contents(of: $1).names) }
    define("co_consts") { (runtime, code) in
      if code.constants.isUndefined {
        code.constants = runtime.constants(CodeContents(runtime, of: code), of: code.information.file)
      }
      return code.constants
    } text: { (runtime, text) in
      if text.constants.isUndefined { text.constants = runtime.constants(runtime.contents(of: text), of: text.file) }
      return text.constants
    }
    type.define(self, "co_positions", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].cast(.code, to: Code.self)?.information.file ?? (arguments[0].object as? CompiledText)?.file
      else { return .none }
      return try runtime.positions(in: file)
    }
    installCodeCopies(type)
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      if let compiled = arguments[0].object as? CompiledText {
        let place = "at 0x\(String(compiled.address, radix: 16)), file \"\(compiled.file.name)\", line 1"
        return .object(runtime.string("<code object \(compiled.name) \(place)>"))
      }
      guard let code = arguments[0].cast(.code, to: Code.self) else { return .none }
      let address = String(code.address, radix: 16)
      let information = code.information
      return .object(
        runtime.string(
          "<code object \(information.name) at 0x\(address), file \"\(information.file.name)\", "
            + "line \(information.firstLine)>"))
    }
  }

  private func contents(of text: CompiledText) -> CodeContents {
    CodeContents(self, of: text.file, text.mode)
  }

  /// `co_consts`, with the code of inner functions and classes.
  private func constants(_ contents: CodeContents, of file: SourceFile) -> Value {
    let hasCode = contents.constants.contains { if case .code = $0 { true } else { false } }
    let code = hasCode ? (try? functionCode(of: file, globals: DictObject(self))) ?? [] : []
    let values = contents.constants.compactMap { (constant) -> Value? in
      switch constant {
      case .value(let value): value
      case .code(let name, let start):
        code.first { $0.information.start == start && $0.information.name == name }.map { .object($0) }
      }
    }
    return .object(TupleObject(self, values))
  }

  /// `replace`, and the comparison of code by where it is defined.
  private func installCodeCopies(_ type: TypeObject) {
    func code(_ value: Value) -> Code? { value.cast(.code, to: Code.self) }
    type.define(self, "replace", "self, /, **changes") { (runtime, arguments) throws(Raised) in
      let text = arguments[0].object as? CompiledText
      guard let known = code(arguments[0])?.information ?? text.map({ CodeInformation(name: $0.name, qualifiedName: $0.qualifiedName, file: $0.file) })
      else { return .none }
      var (name, qualifiedName, file) = (known.name, known.qualifiedName, known.file)
      for (keyword, value) in arguments.keywords {
        switch keyword.text {
        case "co_name", "co_qualname", "co_filename":
          guard let text = value.string?.text else {
            throw runtime.typeError("replace() argument '\(keyword.text)' must be str, not \(runtime.givenName(value))")
          }
          switch keyword.text {
          case "co_name": name = text
          case "co_qualname": qualifiedName = text
          default: file = SourceFile(name: text, bytes: file.bytes, isText: file.isText)
          }
        default:
          guard keyword.text.hasPrefix("co_"), let present = try runtime.getAttributeIfPresent(arguments[0], keyword) else {
            throw runtime.typeError("replace() got an unexpected keyword argument '\(keyword.text)'")
          }
          if try !runtime.equals(present, value) {
            throw runtime.error("NotImplementedError", "pya: \(keyword.text) of a code object cannot be replaced")
          }
        }
      }
      if let text {
        return .object(
          CompiledText(runtime, file, text.mode, text.flags, isCoroutine: text.isCoroutine, name: name, qualifiedName: qualifiedName))
      }
      guard let code = code(arguments[0]) else { return .none }
      let copy = code.copy(
        runtime,
        CodeInformation(name: name, qualifiedName: qualifiedName, file: file, start: known.start, definedName: known.definedName))
      copy.addressOfGlobals = code.addressOfGlobals
      return .object(copy)
    }
    type.define(self, "__replace__", "self, /, **changes") { (runtime, arguments) throws(Raised) in
      try runtime.call(try runtime.getAttribute(arguments[0], runtime.intern("replace")), [], keywords: arguments.keywords.map { ($0, $1) })
    }
    type.define(self, "__eq__", "self, value, /") { (_, arguments) throws(Raised) in
      guard let a = code(arguments[0]), let b = code(arguments[1]) else {
        return arguments[1].object is CompiledText || arguments[0].object is CompiledText
          ? .bool(arguments[0].object === arguments[1].object) : .notImplemented
      }
      let (one, other) = (a.information, b.information)
      return .bool(
        one === other || one.name == other.name && one.qualifiedName == other.qualifiedName && one.start == other.start
          && one.file.bytes == other.file.bytes)
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let code = code(arguments[0]) else { return .int(arguments[0].object?.address ?? 0) }
      return .int(try runtime.hash(.object(code.name)) ^ Int(code.information.start))
    }
  }

  private func strings(_ texts: [String]) -> Value {
    .object(TupleObject(self, texts.map { .object(intern($0)) }))
  }

  func installCellType() {
    let type = types.cell
    func cell(_ value: Value) throws(Raised) -> Cell {
      guard let cell = value.cast(.cell, to: Cell.self) else {
        throw typeError("expected a cell, got '\(typeName(value))'")
      }
      return cell
    }
    type.construct = { (runtime, _, arguments) throws(Raised) in
      guard arguments.count <= 1 else {
        throw runtime.typeError("cell expected at most 1 argument, got \(arguments.count)")
      }
      return .object(Cell(runtime, arguments[0]))
    }
    type.defineProperty(self, "cell_contents") { (runtime, value) throws(Raised) in
      guard let contents = try cell(value).value.defined else { throw runtime.valueError("Cell is empty") }
      return contents
    } set: { (_, value, new) throws(Raised) in
      try cell(value).value = new
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let cell = try cell(arguments[0])
      var builder = TextBuilder()
      builder.append("<cell")
      runtime.appendAddress(cell, to: &builder)
      if cell.value.isUndefined {
        builder.append(": empty>")
      } else {
        builder.append(": \(runtime.typeName(cell.value)) object at 0x\(String(runtime.identity(cell.value), radix: 16))>")
      }
      return .object(builder.finish(runtime))
    }
  }
}

extension Code {
  /// Parameters first, then the other locals that are not shared with inner functions.
  fileprivate var variableNames: [String] {
    let parameterCount =
      parameters.positionalCount + parameters.keywordOnlyCount + (parameters.hasVariadic ? 1 : 0)
      + (parameters.hasVariadicKeywords ? 1 : 0)
    return slotNames.enumerated().compactMap { (slot, name) in
      guard !name.isEmpty, slot < parameterCount || !cellSlots.contains(slot), !name.hasPrefix(".") || slot < parameterCount
      else { return nil }
      return name
    }
  }

  fileprivate var cellNames: [String] {
    cellSlots.compactMap { $0 < slotNames.count ? slotNames[$0] : nil }.filter { !$0.isEmpty }
  }

  /// `CO_OPTIMIZED` and its kin.
  fileprivate var flags: Int {
    var flags = information.name == "<module>" ? 0 : 3
    if parameters.hasVariadic { flags |= 4 }
    if parameters.hasVariadicKeywords { flags |= 8 }
    if !freeNames.isEmpty || information.qualifiedName.contains("<locals>") { flags |= 16 }
    switch flavour {
    case .plain: break
    case .generator: flags |= 32
    case .coroutine: flags |= 128
    case .asyncGenerator: flags |= 512
    }
    return flags
  }
}
