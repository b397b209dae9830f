/// Code objects (`f.__code__`) and the cells of closures.
extension Runtime {
  func installCodeType() {
    let type = types.code
    func define(_ name: String, _ get: @escaping (Runtime, Code) -> Value, text: @escaping (Runtime, CompiledText) -> Value) {
      type.defineProperty(self, name) { (runtime, value) throws(Raised) in
        if let code = value.cast(.code, to: Code.self) { return get(runtime, code) }
        if let compiled = value.object as? CompiledText { return text(runtime, compiled) }
        throw runtime.typeError("expected a code object, got '\(runtime.typeName(value))'")
      }
    }
    define("co_name") { .object($0.intern($1.information.name)) } text: { (runtime, _) in .object(runtime.intern("<module>")) }
    define("co_qualname") { .object($0.string($1.information.qualifiedName)) } text: { (runtime, _) in
      .object(runtime.intern("<module>"))
    }
    define("co_filename") { .object($0.string($1.information.file.name)) } text: { .object($0.string($1.file.name)) }
    define("co_firstlineno") { .int($1.information.firstLine) } text: { (_, _) in .int(1) }
    define("co_argcount") { .int($1.parameters.positionalCount) } text: { (_, _) in .int(0) }
    define("co_posonlyargcount") { .int($1.parameters.positionalOnlyCount) } text: { (_, _) in .int(0) }
    define("co_kwonlyargcount") { .int($1.parameters.keywordOnlyCount) } text: { (_, _) in .int(0) }
    define("co_flags") { .int($1.flags | ($1.information.isIterableCoroutine ? 0x100 : 0)) } text: { (_, _) in .int(0) }
    define("co_varnames") { $0.strings($1.variableNames) } text: { (runtime, _) in runtime.strings([]) }
    define("co_nlocals") { .int($1.variableNames.count) } text: { (_, _) in .int(0) }
    define("co_cellvars") { $0.strings($1.cellNames) } text: { (runtime, _) in runtime.strings([]) }
    define("co_freevars") { $0.strings($1.freeNames) } text: { (runtime, _) in runtime.strings([]) }
    define("co_names") {
      $0.strings(
        CodeNames.of($1.information.file, functionAt: $1.information.start, locals: Set($1.slotNames).union($1.freeNames)))
    } text: { $0.strings(CodeNames.of($1.file, isExpression: $1.mode == .expression)) }
    define("co_consts") { .object(TupleObject($0, [$1.doc])) } text: { (runtime, _) in .object(TupleObject(runtime, [.none])) }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      if let compiled = arguments[0].object as? CompiledText {
        let place = "at 0x\(String(compiled.address, radix: 16)), file \"\(compiled.file.name)\", line 1"
        return .object(runtime.string("<code object <module> \(place)>"))
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
      guard let contents = try cell(value).value.defined else { throw runtime.valueError("cell is empty") }
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
