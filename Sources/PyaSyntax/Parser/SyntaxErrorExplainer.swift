struct SyntaxErrorExplainer {
  enum Goal { case file, eval }
  init(file: SourceFile, tokens: [Token], shapes: [TokenShape], start: Int, goal: Goal) {}
  mutating func explain() -> SyntaxDiagnostic? { nil }
}
