// Which variable does a name mean? Python answers by position in the text, not by what ran before, so the answer can
// be found once, before anything runs, and the interpreter never looks a local variable up by its name. Doing so takes
// two passes over the program, because a name's meaning can depend on text that comes later, in two ways.
//
// First, a name belongs to a function when the function binds it *anywhere*:
//
//     def f():
//         print(x)     # the local x, although nothing above says so: this raises UnboundLocalError
//         x = 1
//
// When a reader arrives at `print(x)` he cannot know. Only at the end of `f` is the list of its variables complete;
// the same holds for `global x` and for the loop variable of a comprehension, whose element is written before it.
//
// Second, where a variable *lives* depends on the functions inside:
//
//     def counter():
//         n = 0            # in a slot of the frame, or in a cell that outlives the frame?
//         def step():
//             nonlocal n   # a cell, it turns out
//             n += 1
//
// A variable that only its own function touches is a slot of the frame. One that an inner function touches too must be
// a cell, which both hold. And the inner function may stand several levels down, so every function in between has to
// carry the cell in its closure without ever mentioning the name itself.
//
// So the first pass (`+Collecting`) walks the tree and only writes down facts: this scope binds x, uses y, declares z
// global. It decides nothing, but it does report what is wrong whatever else may follow (a parameter given twice, a
// `global x` after x was used). The second pass (`+Resolving`) does not look at the tree at all. It goes over the
// scopes from the outside in, gives the variables of each one their slots, and looks every name up through the scopes
// around it; whatever it finds in another frame becomes a cell there and a free variable of each frame on the way.
//
// Two kinds of scope do not nest as one would expect:
//
// - A class body is no enclosing scope for its methods: lookups from inside pass it by. (They stop only at
//   `__class__`, the cell by which `super()` without arguments finds its class.) In the body itself a name is looked
//   up while it runs, in the class's namespace first, because whether `x = x` in a class finds the left x or an outer
//   one depends on time. The scope of a type parameter list inside a class body does see the class's names.
// - A list, set or dict comprehension is a scope, its loop variables are invisible outside, but it has no frame: its
//   variables are extra slots in the frame of the function around it, its `host`. Its first iterable is evaluated
//   before the scope begins, so the names in it belong to the scope around. A generator expression differs in having a
//   frame of its own, because it goes on running after the expression is done.
//
//   The slots of a comprehension are its own even when the host has a variable of the same name. CPython 3.12 and 3.13
//   merge the two names when they inline, and get this wrong (a NameError; 3.11 and pya return x):
//
//       def f(x):
//           def g():
//               [x for x in [1]]
//               return lambda: x
//           return g()()
//
// Errors come in CPython's order: those of the first pass, in order of the text; then those of the second; and last
// those that CPython's code generator finds, such as an `await` in a function that is not async. The first pass sees
// these as well, and keeps the earliest until the end.

/// Finds out for every scope of `module` which names it mentions and where their values live.
public func analyseScopes(of module: Module) throws(SyntaxDiagnostic) -> ScopeTable {
  var analyser = ScopeAnalyser(scopeCount: module.scopeCount)
  try analyser.collect(module.body)
  return try analyser.finish()
}

/// The same for a lone expression, as `eval` evaluates it. `scopeCount` is the number of `ScopeID`s that its parser
/// gave out, the module's among them.
public func analyseScopes(of expression: Expression, scopeCount: Int) throws(SyntaxDiagnostic) -> ScopeTable {
  var analyser = ScopeAnalyser(scopeCount: scopeCount)
  try analyser.collect(expression)
  return try analyser.finish()
}

/// The state of both passes.
struct ScopeAnalyser {
  /// By `ScopeID`. Those that the collecting pass never entered (a type parameter scope without parameters) stay empty.
  var drafts: [ScopeDraft]
  /// In the order in which the collecting pass entered the scopes: a parent comes before its children.
  var order: [ScopeID] = []

  // Of the collecting pass
  var current = ScopeID.module
  /// How many comprehension iterables the collecting pass is inside of; a walrus may not stand in one.
  var iterableDepth = 0
  /// `from __future__ import annotations` was seen.
  var annotationsAreText = false
  /// The first of the errors that CPython finds last.
  var lateError: SyntaxDiagnostic?

  init(scopeCount: Int) {
    drafts = [ScopeDraft(name: "<module>")] + (1..<max(scopeCount, 1)).map { _ in ScopeDraft() }
    order = [.module]
  }

  /// The second pass, after the first has seen the whole tree.
  fileprivate mutating func finish() throws(SyntaxDiagnostic) -> ScopeTable {
    try resolveAll()
    if let lateError { throw lateError }
    return table()
  }
}
