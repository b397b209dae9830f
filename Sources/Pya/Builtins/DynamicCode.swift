import PyaSyntax

/// `globals`, `locals`, `vars`, `dir`, and code from text: `eval`, `exec`, `compile`.
extension Runtime {
  func installDynamicCode() {
    defineBuiltin("globals", "") { (runtime, _) throws(Raised) in .object(runtime.callerGlobals) }
    defineBuiltin("locals", "") { (runtime, _) throws(Raised) in runtime.callerLocals() }
    defineBuiltin("vars", "object=None, /") { (runtime, arguments) throws(Raised) in
      if arguments[0].isUndefined { return runtime.callerLocals() }
      guard let dictionary = try runtime.getAttributeIfPresent(arguments[0], runtime.names.dict) else {
        throw runtime.typeError("vars() argument must have __dict__ attribute")
      }
      return dictionary
    }
    defineBuiltin("dir", "object=None, /") { (runtime, arguments) throws(Raised) in
      if !arguments[0].isUndefined { return .object(ListObject(runtime, try runtime.directory(of: arguments[0]))) }
      let locals = runtime.callerLocals()
      return .object(ListObject(runtime, try runtime.sortedNames(try runtime.array(locals))))
    }
    defineBuiltin("eval", "source, /, globals=None, locals=None") { (runtime, arguments) throws(Raised) in
      let (globals, locals) = try runtime.namespaces(arguments, "eval")
      return try runtime.runDynamicCode(arguments[0], .expression, "eval", globals, locals)
    }
    defineBuiltin("exec", "source, /, globals=None, locals=None, *, closure=None") { (runtime, arguments) throws(Raised) in
      let (globals, locals) = try runtime.namespaces(arguments, "exec")
      if let closure = arguments[3].defined, !closure.isNone {
        try runtime.runClosure(arguments[0], closure, globals)
      } else {
        _ = try runtime.runDynamicCode(arguments[0], .module, "exec", globals, locals)
      }
      return .none
    }
    defineBuiltin("compile", "source, filename, mode, flags=0, dont_inherit=False, optimize=-1") {
      (runtime, arguments) throws(Raised) in
      try runtime.compileText(arguments)
    }
  }

  // MARK: Namespaces

  /// The namespace of the code that called the running function; the program's own where that was not recorded, as in
  /// `functions["globals"]()`.
  private var callerGlobals: DictObject { callSite()?.globals ?? modules["__main__"]?.namespace ?? builtins }

  /// `locals()` of the calling frame: the module's or class's own namespace, or a snapshot of a function's variables.
  private func callerLocals() -> Value {
    callSite().map { locals(of: $0) } ?? .object(callerGlobals)
  }

  /// `locals()` of a frame: the module's or class's own namespace, or a snapshot of a function's variables.
  func locals(of site: CallSite) -> Value {
    let code = site.frame.code
    if !site.hasVariables {
      // A class body, or code run by `exec`, keeps its namespace in its first slot.
      var namespace = Value.object(site.globals)
      if code.slotNames.first == "", let own = site.frame[StatementCode.namespaceSlot].defined { namespace = own }
      // The variables of comprehensions in progress lie in slots all the same, and show beside the names of the namespace.
      let variables = DictObject(self)
      addVariables(of: site, to: variables)
      guard variables.count > 0, let names = namespace.dict else { return namespace }
      let result = names.copy(self)
      for entry in variables.liveEntries { entry.key.string.map { result.setString($0, entry.value) } }
      return .object(result)
    }
    let result = DictObject(self)
    addVariables(of: site, to: result)
    for (index, name) in code.freeNames.enumerated() {
      if let value = site.frame.closureCell(index).value.defined { result.setString(intern(name), value) }
    }
    return .object(result)
  }

  /// The variables in the frame's slots that have values.
  private func addVariables(of site: CallSite, to result: DictObject) {
    for (slot, name) in site.frame.code.slotNames.enumerated() where !name.isEmpty && !name.hasPrefix(".") {
      var value = site.frame[slot]
      if let cell = value.cast(.cell, to: Cell.self) { value = cell.value }
      if !value.isUndefined { result.setString(intern(name), value) }
    }
  }

  private func sortedNames(_ names: [Value]) throws(Raised) -> [Value] {
    names.compactMap(\.string).sorted { $0.compare(to: $1) < 0 }.map { .object($0) }
  }

  /// The globals and locals that code from text runs with; `undefined` locals: the same as the globals.
  private func namespaces(_ arguments: Arguments, _ function: String) throws(Raised) -> (DictObject, Value) {
    let (globals, locals) = (arguments[1], arguments[2])
    if globals.isUndefined || globals.isNone {
      let globals = callerGlobals
      let own = locals.isUndefined || locals.isNone ? callerLocals() : locals
      return (globals, own.object === globals ? .undefined : own)
    }
    guard let dict = globals.dict else {
      if function == "exec" { throw typeError("exec() globals must be a dict, not \(typeName(globals))") }
      let isMapping = type(of: globals).lookup(names[.getitem]) != nil
      throw typeError(isMapping ? "globals must be a real dict; try eval(expr, {}, mapping)" : "globals must be a dict")
    }
    if dict.getString(names.builtins) == nil { dict.setString(names.builtins, .object(builtins)) }
    if locals.isUndefined || locals.isNone || locals.object === dict { return (dict, .undefined) }
    guard type(of: locals).lookup(names[.getitem]) != nil else {
      throw typeError("locals must be a mapping\(function == "exec" ? " or None, not \(typeName(locals))" : "")")
    }
    return (dict, locals)
  }

  // MARK: Running

  private func runDynamicCode(
    _ source: Value, _ mode: CompiledText.Mode, _ function: String, _ globals: DictObject, _ locals: Value
  ) throws(Raised) -> Value {
    if let code = source.cast(.code, to: Code.self) {
      guard code.freeNames.isEmpty else {
        if function == "exec" { throw typeError("code object requires a closure of exactly length \(code.freeNames.count)") }
        throw typeError("code object passed to \(function)() may not contain free variables")
      }
      return try run(try self.code(code, withGlobals: globals))
    }
    let text: CompiledText
    if let compiled = source.object as? CompiledText {
      text = compiled
    } else {
      text = CompiledText(self, SourceFile(name: "<string>", bytes: try sourceBytes(source, function, mode), isText: true), mode)
    }
    let usesNamespace = !locals.isUndefined
    let code = try code(of: text, globals: globals, usesNamespace: usesNamespace)
    if !code.doc.isNone {
      if usesNamespace { try setItem(locals, .object(names.doc), code.doc) } else { globals.setString(names.doc, code.doc) }
    }
    // An expression's names are always looked up in a namespace.
    let namespace = text.mode == .expression && !usesNamespace ? .object(globals) : locals
    if code.flavour != .plain { return .object(try coroutine(of: code, globals: globals, namespace: namespace)) }
    do throws(Raised) { return try run(code, namespace: namespace) } catch {
      noteVisibleNames(on: error.exception, in: (locals.dict.map { [$0] } ?? []) + [globals])
      throw error
    }
  }

  /// `exec(code, closure=cells)`: code of a function that uses variables of another one.
  private func runClosure(_ source: Value, _ closure: Value, _ globals: DictObject) throws(Raised) {
    guard source.object is CompiledText || source.cast(.code, to: Code.self) != nil else {
      throw typeError("closure can only be used when source is a code object")
    }
    guard let code = source.cast(.code, to: Code.self), !code.freeNames.isEmpty else {
      throw typeError("cannot use a closure with this code object")
    }
    let cells = closure.tuple?.array.compactMap { $0.cast(.cell, to: Cell.self) } ?? []
    guard cells.count == code.freeNames.count, closure.tuple?.count == cells.count else {
      throw typeError("code object requires a closure of exactly length \(code.freeNames.count)")
    }
    var ordered = cells
    for (index, place) in code.freeOrder.enumerated() { ordered[place] = cells[index] }
    let function = FunctionObject(
      self, code: try self.code(code, withGlobals: globals), cells: ordered, globals: globals, defaults: [], keywordDefaults: [])
    let frame = try machine.openFrame(function.code, function)
    if !function.takesPlainCalls { function.makeCells(frame, machine) }
    _ = try function.start(frame, machine)
  }

  /// The code of a text for some globals.
  func code(of text: CompiledText, globals: DictObject, usesNamespace: Bool = false) throws(Raised) -> Code {
    if let known = text.known(for: globals, usesNamespace: usesNamespace) { return known }
    var code =
      text.mode == .expression
      ? try compileExpression(text.file, globals: globals, flags: text.flags, warns: !text.hasWarned)
      : try compile(
          text.file, globals: globals, usesNamespace: usesNamespace, displays: text.mode == .interactive ? .all : .none,
          isEntry: text.mode == .interactive, flags: text.flags, warns: !text.hasWarned)
    text.hasWarned = true
    if text.name != code.information.name || text.qualifiedName != code.information.qualifiedName {
      let known = code.information
      code = code.copy(
        self,
        CodeInformation(
          name: text.name, qualifiedName: text.qualifiedName, file: known.file, start: known.start, definedName: known.definedName))
    }
    text.remember(code, for: globals, usesNamespace: usesNamespace)
    return code
  }

  private func sourceBytes(_ source: Value, _ function: String, _ mode: CompiledText.Mode) throws(Raised) -> [UInt8] {
    var bytes: [UInt8]
    if let text = source.string {
      bytes = Array(text.utf8)
    } else if let found = bytesLike(source) {
      bytes = found.withContent { Array($0) }
    } else {
      throw typeError("\(function)() arg 1 must be a string, bytes or code object")
    }
    if bytes.contains(0) { throw error("SyntaxError", "source code string cannot contain null bytes") }
    if mode == .expression, function == "eval" { bytes = Array(bytes.drop { $0 == 32 || $0 == 9 }) }
    return bytes
  }

  private func compileText(_ arguments: Arguments) throws(Raised) -> Value {
    guard let fileName = arguments[1].string else {
      throw typeError("expected str, bytes or os.PathLike object, not \(typeName(arguments[1]))")
    }
    guard let modeName = arguments[2].string else {
      throw typeError("compile() argument 'mode' must be str, not \(givenName(arguments[2]))")
    }
    guard let mode = CompiledText.Mode(rawValue: modeName.text) else {
      throw valueError("compile() mode must be 'exec', 'eval' or 'single'")
    }
    if arguments[0].object is CompiledText || arguments[0].cast(.code, to: Code.self) != nil { return arguments[0] }
    let flags = CompilerFlags(rawValue: arguments[3].isUndefined ? 0 : try index(arguments[3]))
    guard flags.isSubset(of: .known) else { throw valueError("compile(): unrecognised flags") }
    if flags.contains(.tree) {
      let ast = try importModule("ast", level: 0, globals: builtins)
      return try callMethod(ast, "parse", [arguments[0], arguments[1], arguments[2]])
    }
    var source = arguments[0]
    var places: [SourceFile.StatedPlace]?
    if let tree = source.instance, tree.type.mro.contains(where: { $0.name == "AST" && $0.moduleName == "ast" }) {
      let library = try importModule("_ast_compiling", level: 0, globals: builtins)
      let written = try callMethod(library, "compiled_text", [source, arguments[2]])
      source = try getItem(written, .int(0))
      var read: [SourceFile.StatedPlace] = []
      for place in try collected(try getItem(written, .int(1))) {
        read.append(
          SourceFile.StatedPlace(
            offset: try index(try getItem(place, .int(0))), line: try index(try getItem(place, .int(1))),
            column: try index(try getItem(place, .int(2)))))
      }
      places = read
    }
    let file = SourceFile(
      name: fileName.text, bytes: try sourceBytes(source, "compile", mode), isText: true, statedPlaces: places)
    // Its errors are raised here; the code itself depends on the globals it will run with.
    let code =
      mode == .expression
      ? try compileExpression(file, globals: DictObject(self), flags: flags)
      : try compile(file, globals: DictObject(self), isEntry: mode == .interactive, flags: flags)
    let text = CompiledText(self, file, mode, flags, isCoroutine: code.flavour == .coroutine)
    text.hasWarned = true
    return .object(text)
  }
}

/// What `compile()` returns: text known to be well formed.
final class CompiledText: Object {
  enum Mode: String {
    case module = "exec"
    case expression = "eval"
    case interactive = "single"
  }

  let file: SourceFile
  let mode: Mode
  let flags: CompilerFlags
  /// `co_name`, `co_qualname`
  let name: String
  let qualifiedName: String
  /// Its top level awaits.
  let isCoroutine: Bool
  /// What there is to warn about in it was said.
  fileprivate(set) var hasWarned = false
  /// The code for the globals it ran with last, once it did so twice in a row; it keeps these.
  private var code: Code?
  private var globalsAddress = 0
  private var usesNamespace = false
  /// `co_consts`, once asked for.
  var constants: Value = .undefined

  init(
    _ runtime: Runtime, _ file: SourceFile, _ mode: Mode, _ flags: CompilerFlags = [], isCoroutine: Bool = false,
    name: String = "<module>", qualifiedName: String = "<module>"
  ) {
    self.file = file
    self.name = name
    self.qualifiedName = qualifiedName
    self.mode = mode
    self.flags = flags
    self.isCoroutine = isCoroutine
    super.init(type: runtime.types.code, kind: .other)
  }

  fileprivate func known(for globals: DictObject, usesNamespace: Bool) -> Code? {
    globalsAddress == globals.address && self.usesNamespace == usesNamespace ? code : nil
  }

  fileprivate func remember(_ code: Code, for globals: DictObject, usesNamespace: Bool) {
    let isSecond = globalsAddress == globals.address && self.usesNamespace == usesNamespace
    self.code = isSecond ? code : nil
    globalsAddress = globals.address
    self.usesNamespace = usesNamespace
  }
}
