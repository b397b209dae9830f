import PyaSyntax

/// What the caller of `compile` wants of the code beside its text.
struct CompilerFlags: OptionSet {
  let rawValue: Int
  /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`
  static let topLevelAwait = CompilerFlags(rawValue: 0x2000)
  /// `__future__.annotations.compiler_flag`
  static let annotationsAreText = CompilerFlags(rawValue: 0x100_0000)
  /// `PyCF_ONLY_AST`
  static let tree = CompilerFlags(rawValue: 0x400)
  /// Those that CPython knows; the rest say what is so anyhow.
  static let known = CompilerFlags(rawValue: 0x1FE_F610)
}

/// From source text to running code.
extension Runtime {
  /// Parses and lowers a module. A syntax error becomes a Python SyntaxError. `warns`: the file's warnings were not given before.
  func compile(
    _ file: SourceFile, globals: DictObject, usesNamespace: Bool = false, displays: LoweringUnit.Displays = .none,
    allowsTopLevelAwait: Bool = true, isEntry: Bool = false, flags: CompilerFlags = [], warns: Bool = true
  ) throws(Raised) -> Code {
    if !file.isOfTree { sourceFiles.byName[file.name] = file }
    let (draft, nodes, warnings): (CodeDraft, StatementNode, SyntaxWarnings)
    var stage = isEntry ? SyntaxStage.readingExpression : .readingModule
    do {
      var parser = Parser(file: file, allowsTopLevelAwait: file.isText ? flags.contains(.topLevelAwait) : allowsTopLevelAwait)
      let module = isEntry ? try parser.parseEntryTree() : try parser.parseTree()
      stage = .compiling
      try parser.checkRules()
      var unit = loweringUnit(file, try analyseScopes(of: module), globals)
      unit.usesNamespace = usesNamespace
      unit.annotationsAreText = module.importsFutureAnnotations || flags.contains(.annotationsAreText)
      unit.displays = displays
      let looksAtFrames = !file.isLibrary && CallSites.wordsAboutFrames.contains { file.mentions($0) }
      if looksAtFrames { machine.pointee.looksAtFrames = true }
      unit.placesAllCalls = looksAtFrames || !file.isLibrary && (launchOptions.bytesWarning > 0 || debugsEventLoops)
      unit.events = eventsWanted(by: file, module.body)
      if unit.events != nil {
        machine.pointee.looksAtFrames = true
        unit.placesAllCalls = true
      }
      if !file.isLibrary,
        KeptFrame.words.contains(where: { file.mentions($0) })
          || file.mentions("yield") && KeptFrame.wordsOfGenerators.contains(where: { file.mentions($0) })
      {
        machine.pointee.keepsFrames = true
      }
      if advice.isGiven, !file.isLibrary, file.mentions("async def ") { unit.coroutineNames = file.coroutineNames }
      let lowering = CodeLowering(unit, host: .module, privateClass: nil)
      unit.warnings.found = parser.warnings
      let (doc, statements) = displays == .none ? lowering.splitDoc(module.body) : (.none, module.body)
      if !doc.isNone, !usesNamespace { globals.setString(names.doc, doc) }
      let range = SourceRange(0, file.bytes.count)
      let body = lowering.tellingCode(lowering.annotated(lowering.lowerModule(statements, range), of: statements, range), range)
      draft = lowering.draft(doc: doc)
      nodes = body
      warnings = unit.warnings
    } catch {
      throw syntaxError(error, in: file, stage: stage)
    }
    if warns { try issue(warnings, in: file) }
    return StatementCode(self, draft, body: nodes)
  }

  /// Who is told what happens in the frames of a file; nil: neither it nor a file before it wants to know.
  private func eventsWanted(by file: SourceFile, _ body: [Statement]) -> FrameEvents? {
    if file.isLibrary { return nil }
    let events = frameEvents
    if !events.isWanted {
      let isImported = body.contains { statement in
        switch statement.kind {
        case .import(let aliases): aliases.contains { FrameEvents.modules.contains($0.name) }
        case .importFrom(let module, 0, _): FrameEvents.modules.contains(module ?? "")
        default: false
        }
      }
      events.isWanted = isImported || FrameEvents.words.contains { file.mentions($0) }
    }
    if !events.isWanted { events.hasMissedFiles = true }
    return events.isWanted ? events : nil
  }

  /// The code of a function with other globals than those it was compiled for: its text is compiled once more.
  func code(_ code: Code, withGlobals globals: DictObject) throws(Raised) -> Code {
    if code.addressOfGlobals == globals.address { return code }
    let information = code.information
    let all = try functionCode(of: information.file, globals: globals)
    guard
      var made = all.first(where: { $0.information.start == information.start && $0.information.name == information.definedName })
    else { throw self.error("NotImplementedError", "pya: this code has the globals that it was compiled for, no others") }
    if made.information.name != information.name || made.information.qualifiedName != information.qualifiedName {
      made = made.copy(
        self,
        CodeInformation(
          name: information.name, qualifiedName: information.qualifiedName, file: information.file, start: information.start,
          definedName: information.definedName))
    }
    made.addressOfGlobals = globals.address
    return made
  }

  /// The code of all functions, class bodies and generator expressions of a file, compiled once more.
  func functionCode(of file: SourceFile, globals: DictObject) throws(Raised) -> [Code] {
    let found = FunctionCode()
    do {
      var parser = Parser(file: file, allowsTopLevelAwait: !file.isText)
      let module = try parser.parseTree()
      var unit = loweringUnit(file, try analyseScopes(of: module), globals)
      unit.usesNamespace = true
      unit.annotationsAreText = module.importsFutureAnnotations
      unit.functionCode = found
      unit.events = frameEvents.isWanted && !file.isLibrary ? frameEvents : nil
      unit.placesAllCalls = unit.events != nil
      _ = CodeLowering(unit, host: .module, privateClass: nil).lowerModule(module.body, SourceRange(0, file.bytes.count))
    } catch {
      throw syntaxError(error, in: file, stage: .compiling)
    }
    return found.all
  }

  /// Compiles a lone expression, for `eval`: names of its top level live in a namespace.
  func compileExpression(_ file: SourceFile, globals: DictObject, flags: CompilerFlags = [], warns: Bool = true) throws(Raised) -> Code {
    if !file.isOfTree { sourceFiles.byName[file.name] = file }
    let (draft, nodes, warnings): (CodeDraft, StatementNode, SyntaxWarnings)
    var stage = SyntaxStage.readingExpression
    do {
      var parser = Parser(file: file, allowsTopLevelAwait: flags.contains(.topLevelAwait))
      let (expression, scopeCount) = try parser.parseExpressionTree()
      stage = .compiling
      try parser.checkRules()
      var unit = loweringUnit(file, try analyseScopes(of: expression, scopeCount: scopeCount), globals)
      unit.usesNamespace = true
      unit.events = eventsWanted(by: file, [])
      let lowering = CodeLowering(unit, host: .module, privateClass: nil)
      unit.warnings.found = parser.warnings
      nodes = lowering.tellingCode(lowering.lower(Statement(.return(expression), expression.range)), expression.range)
      draft = lowering.draft()
      warnings = unit.warnings
    } catch {
      throw syntaxError(error, in: file, stage: stage)
    }
    if warns { try issue(warnings, in: file) }
    return StatementCode(self, draft, body: nodes)
  }

  private func loweringUnit(_ file: SourceFile, _ table: ScopeTable, _ globals: DictObject) -> LoweringUnit {
    LoweringUnit(
      runtime: self, file: file, table: table, globals: globals, builtins: builtins(of: globals),
      assignedInExpressions: AssignedInExpressions(file))
  }

  /// Where code with these globals finds the built-ins: `eval(text, {"__builtins__": {}})` has none.
  func builtins(of globals: DictObject) -> DictObject {
    guard let own = globals.getString(names.builtins) else { return builtins }
    return own.dict ?? own.cast(.module, to: ModuleObject.self)?.namespace ?? DictObject(self)
  }

  /// Runs code of a module or of `exec` and `eval`; `namespace` for code that was compiled to use one.
  func run(_ code: Code, namespace: Value = .undefined) throws(Raised) -> Value {
    let frame = try machine.openFrame(code, nil)
    if !namespace.isUndefined { frame.slots[StatementCode.namespaceSlot] = namespace }
    for slot in code.cellSlots { frame.slots[slot] = .object(Cell(self, .undefined)) }
    do {
      try machine.enterFrame()
      let result = try code.run(frame)
      machine.leaveFrame()
      machine.closeFrame(frame, code.frameSize)
      return result
    } catch {
      machine.leaveFrame()
      machine.closeFrame(frame, code.frameSize)
      error.exception.isLocated = false
      throw error
    }
  }

  /// Runs a source file as the body of a module.
  func runModule(source: SourceFile, name: String, into module: ModuleObject) throws(Raised) {
    let code = try compile(source, globals: module.namespace, allowsTopLevelAwait: false)
    do throws(Raised) { _ = try run(code) } catch {
      noteVisibleNames(on: error.exception, in: [module.namespace])
      throw error
    }
  }

  /// A module's code as a coroutine, for a script whose top level awaits.
  func coroutine(of code: Code, globals: DictObject, namespace: Value = .undefined) throws(Raised) -> SuspendableFrame {
    let function = FunctionObject(self, code: code, cells: [], globals: globals, defaults: [], keywordDefaults: [])
    let frame = try machine.openFrame(code, function)
    defer { machine.closeFrame(frame, code.frameSize) }
    if !namespace.isUndefined { frame.slots[StatementCode.namespaceSlot] = namespace }
    function.makeCells(frame, machine)
    return SuspendableFrame.make(self, function: function, movingFrom: frame, state: .created)
  }
}

extension Module {
  /// `from __future__ import annotations` stands among the first statements.
  var importsFutureAnnotations: Bool {
    body.contains { statement in
      guard case .importFrom("__future__", 0, let names) = statement.kind else { return false }
      return names.contains { $0.name == "annotations" }
    }
  }
}
