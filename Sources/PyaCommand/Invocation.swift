/// What the arguments ask for.
struct Invocation: Equatable, Sendable {
  enum Source: Equatable, Sendable {
    case file(String)
    /// The text after `-c`.
    case code(String)
    /// `isNamed`: asked for with `-`, which then is `sys.argv[0]`.
    case standardInput(isNamed: Bool)
  }

  /// What to print of a program instead of running it.
  enum Dump: String, CaseIterable, Sendable {
    case tokens, ast, scopes
  }

  var source: Source
  /// What follows the program: `sys.argv[1:]`.
  var arguments: [String]
  var usesVirtualClock = false
  var dump: Dump?
}
