/// What the arguments ask for.
struct Invocation: Equatable, Sendable {
  enum Source: Equatable, Sendable {
    case file(String)
    /// The text after `-c`.
    case code(String)
    /// The name after `-m`.
    case module(String)
    /// `isNamed`: asked for with `-`, which then is `sys.argv[0]`.
    case standardInput(isNamed: Bool)
    /// No program: a session.
    case prompt
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
  /// A prompt after the program.
  var inspects = false
  var isQuiet = false
  /// How often `-b` and `-O` were given, up to twice.
  var bytesWarning = 0
  var optimization = 0
  var ignoresEnvironment = false
  var isUnbuffered = false
  var warningFilters: [String] = []
  /// What stood after `-X`.
  var extras: [String] = []
  var colour = Command.ColourChoice.auto
}
