/// Turns the tokens of a file into its tree.
///
/// The parser is a plain recursive descent that only knows correct programs: where no rule fits it throws "invalid
/// syntax". The message a programmer gets is then found by `SyntaxErrorExplainer`, which reads the failing statement
/// again with a grammar that also describes mistakes. So the common case stays short and fast, and the errors are those
/// of CPython.
///
/// Some rules need to know what is around an expression (`return` outside a function). CPython checks those after
/// parsing, so an error of grammar anywhere in the file comes first; here they wait in `deferredErrors`.
public struct Parser {
  let file: SourceFile
  let tokens: [Token]
  let shapes: [TokenShape]
  let allowsTopLevelAwait: Bool
  /// Knows which lexical error would come before one of the grammar. Nil when a part of a file is read again.
  private let lexer: Lexer?

  /// The next token to read. Never moves past the last one, which is `.endOfFile` or `.error`.
  var position = 0
  /// What the lexer found doubtful.
  public let warnings: [SyntaxDiagnostic]
  /// `shapes[position]`
  var current: TokenShape
  /// Where the last visible token that was read ends: the end of the node that is being finished.
  var previousEnd: UInt32 = 0

  var context: Context
  var deferredErrors = DeferredErrors()
  /// Scopes given out so far; the module has the first.
  var scopeCount = 1
  /// How many parser functions that call themselves are active.
  var recursion = 0
  /// The height of the tree under construction: of the operand read last, with the operators above it so far.
  var height = 0

  public init(file: SourceFile, allowsTopLevelAwait: Bool = true) {
    var lexer = Lexer(file)
    let tokens = lexer.tokenize()
    self.init(file: file, tokens: tokens, lexer: lexer, allowsTopLevelAwait: allowsTopLevelAwait)
  }

  init(file: SourceFile, tokens: [Token], lexer: Lexer?, allowsTopLevelAwait: Bool) {
    var tokens = tokens
    if tokens.isEmpty { tokens = [Token(.endOfFile, SourceRange(0 as UInt32, 0))] }
    self.file = file
    self.tokens = tokens
    self.lexer = lexer
    warnings = lexer?.warnings ?? []
    self.allowsTopLevelAwait = allowsTopLevelAwait
    shapes = tokens.map { TokenShape($0.kind) }
    current = shapes[0]
    context = Context(.module)
  }

  /// Reads the whole file.
  public mutating func parseModule() throws(SyntaxDiagnostic) -> Module {
    let module = try parseTree()
    try checkRules()
    return module
  }

  /// Reads the whole file, as `ast.parse` does: by the grammar alone.
  public mutating func parseTree() throws(SyntaxDiagnostic) -> Module {
    Module(body: try parseExcerpt(), scopeCount: scopeCount)
  }

  /// Throws what the compiler refuses of the tree that was read, though it is well formed.
  public func checkRules() throws(SyntaxDiagnostic) {
    if let error = deferredErrors.first { throw error }
  }

  /// Reads statements taken out of their surroundings: what would only be wrong in this place (`return` outside a function)
  /// is let pass.
  public mutating func parseExcerpt() throws(SyntaxDiagnostic) -> [Statement] {
    var body: [Statement] = []
    while current != .endOfFile {
      let start = position
      do {
        try parseStatement(into: &body)
      } catch {
        throw explained(error, from: start, goal: .file)
      }
    }
    return body
  }

  /// Reads one line of simple statements or one compound statement, whose line must be ended: a prompt's entry.
  public mutating func parseEntryTree() throws(SyntaxDiagnostic) -> Module {
    var body: [Statement] = []
    let isEnded = file.bytes.last == UInt8(ascii: "\n")
    let end = SyntaxDiagnostic("invalid syntax", at: .lineOnly(at: file.bytes.count - (isEnded ? 1 : 0)))
    if current == .endOfFile { throw end }
    do throws(SyntaxDiagnostic) {
      try parseStatement(into: &body)
    } catch {
      throw explained(error, from: 0, goal: .file)
    }
    if body.count == 1, body[0].isCompound {
      guard current == .endOfFile else { throw invalidSyntax() }
      // The end of an indented block ends the line as well.
      guard isEnded || shapes[position - 1] == .dedent else { throw end }
    } else {
      let lineEnd = tokens[position - 1].range
      guard file.isBlank(from: lineEnd.end) else {
        throw SyntaxDiagnostic("multiple statements found while compiling a single statement", at: lineEnd)
      }
    }
    return Module(body: body, scopeCount: scopeCount)
  }

  /// Reads a file that holds one expression, as `eval` takes it.
  public mutating func parseExpressionOnly() throws(SyntaxDiagnostic) -> (Expression, scopeCount: Int) {
    let result = try parseExpressionTree()
    try checkRules()
    return result
  }

  /// The same by the grammar alone.
  public mutating func parseExpressionTree() throws(SyntaxDiagnostic) -> (Expression, scopeCount: Int) {
    let expression: Expression
    do throws(SyntaxDiagnostic) {
      expression = try parseExpressions()
      while current == .newline { advance() }
      guard current == .endOfFile else { throw invalidSyntax() }
    } catch {
      throw explained(error, from: 0, goal: .eval)
    }
    return (expression, scopeCount)
  }

  private func explained(
    _ error: SyntaxDiagnostic, from start: Int, goal: SyntaxErrorExplainer.Goal
  ) -> SyntaxDiagnostic {
    if error.kind == .memoryError || error.kind == .recursionError { return error }
    var explainer = SyntaxErrorExplainer(
      file: file, tokens: tokens, shapes: shapes, lexer: lexer, start: start, goal: goal)
    return explainer.explain() ?? error
  }
}

// MARK: - Reading tokens

extension Parser {
  var here: SourceRange { tokens[position].range }
  var start: UInt32 { tokens[position].range.start }

  /// The shape of the token after the current one.
  var next: TokenShape { position + 1 < shapes.count ? shapes[position + 1] : .endOfFile }

  func at(_ op: Operator) -> Bool {
    if case .op(let found) = current { return found == op }
    return false
  }

  func at(_ keyword: Keyword) -> Bool {
    if case .keyword(let found) = current { return found == keyword }
    return false
  }

  mutating func advance() {
    if current.isVisible { previousEnd = tokens[position].range.end }
    if position + 1 < shapes.count { position += 1 }
    current = shapes[position]
  }

  mutating func accept(_ op: Operator) -> Bool {
    guard at(op) else { return false }
    advance()
    return true
  }

  mutating func accept(_ keyword: Keyword) -> Bool {
    guard at(keyword) else { return false }
    advance()
    return true
  }

  mutating func expect(_ op: Operator) throws(SyntaxDiagnostic) {
    guard accept(op) else { throw invalidSyntax() }
  }

  mutating func expect(_ keyword: Keyword) throws(SyntaxDiagnostic) {
    guard accept(keyword) else { throw invalidSyntax() }
  }

  mutating func expect(_ shape: TokenShape) throws(SyntaxDiagnostic) {
    guard current == shape else { throw invalidSyntax() }
    advance()
  }

  /// The text of the name at a token, nil for other tokens. Keywords are no names.
  func name(at index: Int) -> String? {
    guard index < tokens.count, case .name(let text) = tokens[index].kind else { return nil }
    return text
  }

  mutating func parseName() throws(SyntaxDiagnostic) -> String {
    guard let text = name(at: position) else { throw invalidSyntax() }
    advance()
    return text
  }

  /// From `start` to the end of what was read last.
  func range(from start: UInt32) -> SourceRange { SourceRange(start, previousEnd) }

  mutating func newScope() -> ScopeID {
    scopeCount += 1
    return ScopeID(scopeCount - 1)
  }
}

// MARK: - Backtracking

extension Parser {
  /// What has to be put back when an attempt fails.
  struct State {
    var position: Int
    var previousEnd: UInt32
    var context: Context
    var deferredErrors: DeferredErrors
    var scopeCount: Int
    var height: Int
  }

  var state: State {
    State(
      position: position, previousEnd: previousEnd, context: context, deferredErrors: deferredErrors,
      scopeCount: scopeCount, height: height)
  }

  mutating func restore(_ state: State) {
    position = state.position
    current = shapes[position]
    previousEnd = state.previousEnd
    context = state.context
    deferredErrors = state.deferredErrors
    scopeCount = state.scopeCount
    height = state.height
  }

  /// What `rule` reads, or nil, with nothing read, when it does not fit. Nesting too deep stays an error.
  mutating func attempt<Result>(
    _ rule: (inout Parser) throws(SyntaxDiagnostic) -> Result
  ) throws(SyntaxDiagnostic) -> Result? {
    let before = state
    let depth = recursion
    do {
      return try rule(&self)
    } catch {
      if error.kind == .memoryError || error.kind == .recursionError { throw error }
      restore(before)
      recursion = depth
      return nil
    }
  }
}
