/// Depth. A tree is walked by recursive functions (analysis, lowering, release), so its height has to stay far below
/// what the native stack carries; and the parser itself recurses. Brackets are limited to 200 by the lexer and blocks to
/// 100; the limits here are for everything else: operators, calls and attributes in a row, lambdas.
extension Parser {
  static let maximumRecursion = 3_000
  static let maximumHeight = 3_000
  /// `elif` clauses in a row: each is a level of the tree.
  static let maximumElifClauses = 10_000
  /// Operands of one `and` or `or`: each is a level of the tree, but a cheap one.
  static let maximumBooleanOperands = 20_000

  mutating func enter() throws(SyntaxDiagnostic) {
    recursion += 1
    if recursion > Self.maximumRecursion {
      throw SyntaxDiagnostic(
        "Parser stack overflowed - Python source too complex to parse", at: here, kind: .memoryError)
    }
  }

  mutating func leave() { recursion -= 1 }

  /// Notes that a node now stands above what was read so far.
  mutating func grow() throws(SyntaxDiagnostic) {
    height += 1
    if height > Self.maximumHeight { throw tooDeep() }
  }

  func tooDeep() -> SyntaxDiagnostic {
    SyntaxDiagnostic("maximum recursion depth exceeded during compilation", at: here, kind: .recursionError)
  }

  /// Reads one more child of the node that is being built: the node will be higher than its highest child.
  mutating func child<Result>(
    _ rule: (inout Parser) throws(SyntaxDiagnostic) -> Result
  ) throws(SyntaxDiagnostic) -> Result {
    let siblings = height
    height = 0
    let result = try rule(&self)
    height = max(siblings, height)
    return result
  }
}
