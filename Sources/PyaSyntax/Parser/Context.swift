/// What stands around the statement or expression that is being read.
struct Context {
  enum Body {
    case module, function, asyncFunction, lambda, `class`
  }

  /// The nearest construct with a body of its own. Comprehensions are not among them.
  var body: Body
  /// A `break` here belongs to a loop.
  var isInLoop = false
  /// Directly inside `except*`: a loop inside it may be left, the clause may not.
  var isInGroupHandler = false
  /// The same for `return`, which leaves loops too.
  var mayNotReturn = false
  /// In the parameters of a generic definition or in a type alias. There `await` and `yield` are always wrong, and the
  /// scope analysis says why.
  var isInTypeScope = false
  /// Loops, `with` items and `try` statements around: CPython has room for 21.
  var openBlocks = 0
  /// Every `yield` of the body so far.
  var yields: [SourceRange] = []
  /// The first `return` with a value.
  var valueReturn: SourceRange?

  init(_ body: Body) { self.body = body }
}

/// Errors of correct grammar in a wrong place. CPython finds them after parsing, in several passes: an earlier pass
/// wins.
struct DeferredErrors {
  enum Pass: Int { case future, symbols, code }

  struct Entry {
    var pass: Pass
    var diagnostic: SyntaxDiagnostic
    /// About an `await` or an asynchronous comprehension: withdrawn when a generator expression turns out to be around.
    var isAboutAwaiting: Bool
  }

  private(set) var entries: [Entry] = []

  var count: Int { entries.count }

  var first: SyntaxDiagnostic? {
    var best: Entry?
    for entry in entries where best.map({ entry.pass.rawValue < $0.pass.rawValue }) ?? true { best = entry }
    return best?.diagnostic
  }

  /// `mark` is the count before the construct was read, when the error comes before those of its parts.
  mutating func add(
    _ message: String, at range: SourceRange, pass: Pass = .code, isAboutAwaiting: Bool = false, before mark: Int? = nil,
    end: SyntaxDiagnostic.End = .range
  ) {
    let entry = Entry(
      pass: pass, diagnostic: SyntaxDiagnostic(message, at: range, end: end), isAboutAwaiting: isAboutAwaiting)
    entries.insert(entry, at: min(mark ?? entries.count, entries.count))
  }

  /// Puts the entries from `index` on before those from `mark` on: CPython visits their constructs in that order.
  mutating func moveEntries(from index: Int, before mark: Int) {
    guard index < entries.count, mark < index else { return }
    entries = Array(entries[..<mark] + entries[index...] + entries[mark..<index])
  }

  /// Withdraws what was said about awaiting since `mark`; tells whether there was anything.
  mutating func withdrawAwaiting(since mark: Int) -> Bool {
    guard entries.count > mark else { return false }
    let kept = entries[mark...].filter { !$0.isAboutAwaiting }
    guard kept.count < entries.count - mark else { return false }
    entries.replaceSubrange(mark..., with: kept)
    return true
  }
}
