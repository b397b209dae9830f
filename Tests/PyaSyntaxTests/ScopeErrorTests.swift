import Testing

@testable import PyaSyntax

/// What the scope analyser refuses. The expected message stands in a comment on the line that causes it, and carets
/// below mark what CPython 3.13 underlines.
@Suite struct ScopeErrorTests {
  @Test(arguments: cases)
  func isRefused(source: String) throws {
    let expected = try Expectation(source)
    #expect(throws: SyntaxDiagnostic(expected.message, at: expected.range)) { try analyse(source) }
  }

  /// The parser reports what CPython's code generator finds before the analyser sees the tree.
  @Test(arguments: casesThatTheParserPrecedes)
  func isRefusedOnceTheParserLeavesIt(source: String) throws {
    let expected = try Expectation(source)
    withKnownIssue(isIntermittent: true) {
      #expect(throws: SyntaxDiagnostic(expected.message, at: expected.range)) { try analyse(source) }
    }
  }

  static let cases = [
    // global and nonlocal
    """
    def f():
      print(x)
      global x  # name 'x' is used prior to global declaration
    # ^^^^^^^^
    """,
    """
    def f():
      x = 1
      global x  # name 'x' is assigned to before global declaration
    # ^^^^^^^^
    """,
    """
    x = 1
    if y:
      global x  # name 'x' is assigned to before global declaration
    # ^^^^^^^^
    """,
    """
    def f():
      x += 1
      global x  # name 'x' is assigned to before global declaration
    # ^^^^^^^^
    """,
    """
    def f():
      [x := 1 for y in z]
      global x  # name 'x' is assigned to before global declaration
    # ^^^^^^^^
    """,
    """
    def f(x):
      global y, x  # name 'x' is parameter and global
    # ^^^^^^^^^^^
    """,
    """
    def f(x):
      nonlocal x  # name 'x' is parameter and nonlocal
    # ^^^^^^^^^^
    """,
    """
    def f():
      x: int
      global x  # annotated name 'x' can't be global
    # ^^^^^^^^
    """,
    """
    def f():
      global x
      x: int  # annotated name 'x' can't be global
    # ^^^^^^
    """,
    """
    def f(x):
      def g():
        nonlocal x
        x: int = 1  # annotated name 'x' can't be nonlocal
    #   ^^^^^^^^^^
    """,
    """
    def f(x):
      def g():
        print(x)
        nonlocal x  # name 'x' is used prior to nonlocal declaration
    #   ^^^^^^^^^^
    """,
    """
    class C:
      x = 1
      nonlocal x  # name 'x' is assigned to before nonlocal declaration
    # ^^^^^^^^^^
    """,
    """
    def f():
      nonlocal x  # no binding for nonlocal 'x' found
    # ^^^^^^^^^^
    x = 1
    """,
    """
    class C:
      x = 1
      def f():
        nonlocal x  # no binding for nonlocal 'x' found
    #   ^^^^^^^^^^
    """,
    """
    def f():
      global x
      x = 1
      def g():
        nonlocal x  # no binding for nonlocal 'x' found
    #   ^^^^^^^^^^
    """,
    """
    if x:
      nonlocal y  # nonlocal declaration not allowed at module level
    # ^^^^^^^^^^
    """,
    """
    def f(x):
      def g():
        nonlocal x  # name 'x' is nonlocal and global
    #   ^^^^^^^^^^
        global x
    """,
    """
    def f[T]():
      nonlocal T  # nonlocal binding not allowed for type parameter 'T'
    # ^^^^^^^^^^
    """,
    """
    class C:
      def f(self):
        print(__x)
        global __x  # name '__x' is used prior to global declaration
    #   ^^^^^^^^^^
    """,
    """
    class C:
      def f(self):
        nonlocal __x  # no binding for nonlocal '_C__x' found
    #   ^^^^^^^^^^^^
    """,
    // Parameters
    """
    def f(a, b, a): pass  # duplicate argument 'a' in function definition
    #           ^
    """,
    """
    def f(a, *, a: int = 1): pass  # duplicate argument 'a' in function definition
    #           ^^^^^^
    """,
    """
    def f(a, *a): pass  # duplicate argument 'a' in function definition
    #         ^
    """,
    """
    lambda a, **a: 1  # duplicate argument 'a' in function definition
    #           ^
    """,
    """
    class C[T, *T]: pass  # duplicate type parameter 'T'
    #          ^^
    """,
    // Walrus
    """
    [x := 1 for x in y]  # assignment expression cannot rebind comprehension iteration variable 'x'
    #^
    """,
    """
    [[x := 1 for y in z] for x, w in v]  # assignment expression cannot rebind comprehension iteration variable 'x'
    # ^
    """,
    """
    [1 for y in z if (x := y) for x in z]  # comprehension inner loop cannot rebind assignment expression target 'x'
    #                             ^
    """,
    """
    [x for x in (y := z)]  # assignment expression cannot be used in a comprehension iterable expression
    #            ^^^^^^
    """,
    """
    [x for x in z for w in (lambda: (y := z))]  # assignment expression cannot be used in a comprehension iterable expression
    #                                ^^^^^^
    """,
    """
    class C:
      [x := 1 for y in z]  # assignment expression within a comprehension cannot be used in a class body
    #  ^
    """,
    """
    type X = (y := 1)  # named expression cannot be used within a type alias
    #         ^^^^^^
    """,
    """
    class C[T]((y := 1)): pass  # named expression cannot be used within the definition of a generic
    #           ^^^^^^
    """,
    """
    def f[T: (y := 1)](): pass  # named expression cannot be used within a TypeVar bound
    #         ^^^^^^
    """,
    """
    def f[T: [y := 1 for z in w]](): pass  # assignment expression within a comprehension cannot be used in a TypeVar bound
    #         ^
    """,
    """
    from __future__ import annotations
    x: (y := 1)  # named expression cannot be used within an annotation
    #   ^^^^^^
    """,
    // Yield, return and await
    """
    if x: yield x  # 'yield' outside function
    #     ^^^^^^^
    """,
    """
    def f(): [(yield x) for x in y]  # 'yield' inside list comprehension
    #          ^^^^^^^
    """,
    """
    def f(): {x for x in y if (yield)}  # 'yield' inside set comprehension
    #                          ^^^^^
    """,
    """
    def f(): {x: (yield from x) for x in y}  # 'yield' inside dict comprehension
    #             ^^^^^^^^^^^^
    """,
    """
    def f(): ((yield x) for x in y)  # 'yield' inside generator expression
    #          ^^^^^^^
    """,
    """
    async def f(): yield from x  # 'yield from' inside async function
    #              ^^^^^^^^^^^^
    """,
    """
    async def f():
      if x: return 1  # 'return' with value in async generator
    #       ^^^^^^^^
      yield 2
    """,
    """
    if x: return  # 'return' outside function
    #     ^^^^^^
    """,
    """
    class C: return 1  # 'return' outside function
    #        ^^^^^^^^
    """,
    """
    def f(): await x  # 'await' outside async function
    #        ^^^^^^^
    """,
    """
    async def f(): lambda: await x  # 'await' outside async function
    #                      ^^^^^^^
    """,
    """
    async def f():
      class C: await x  # 'await' outside function
    #          ^^^^^^^
    """,
    """
    def f():
      async with x: pass  # 'async with' outside async function
    # ^^^^^^^^^^^^^^^^^^
    """,
    """
    def f():
      async for x in y: pass  # 'async for' outside async function
    # ^^^^^^^^^^^^^^^^^^^^^^
    """,
    """
    def f(): [[x async for x in y] for y in z]  # asynchronous comprehension outside of an asynchronous function
    #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    """,
    """
    class C: {await x: 1 for x in y}  # asynchronous comprehension outside of an asynchronous function
    #        ^^^^^^^^^^^^^^^^^^^^^^^
    """,
    """
    type X = await y  # await expression cannot be used within a type alias
    #        ^^^^^^^
    """,
    // Where things may not stand
    """
    def f():
      from x import *  # import * only allowed at module level
    #               ^
    """,
    """
    class C:
      from x import *  # import * only allowed at module level
    #               ^
    """,
    """
    class C:
      yield from x  # 'yield from' outside function
    # ^^^^^^^^^^^^
    """,
  ]

  static let casesThatTheParserPrecedes = [
    // What CPython's symbol table finds precedes what its code generator finds.
    """
    return 1
    def f():
      nonlocal x  # no binding for nonlocal 'x' found
    # ^^^^^^^^^^
    """,
  ]
}

/// The message and range that a case of `ScopeErrorTests` writes into itself: after `  # `, and by carets in the line
/// below it.
private struct Expectation {
  var message: String
  var range: SourceRange

  init(_ source: String) throws {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let index = try lines.firstIndex { $0.contains("  # ") && !$0.hasPrefix("#") }.required
    let line = Array(lines[index].utf8)
    let comment = try line.indices.first { line[$0...].starts(with: "  # ".utf8) }.required
    message = String(decoding: line[(comment + 4)...], as: UTF8.self)

    let carets = Array(try lines.dropFirst(index + 1).first.required.utf8)
    let start = try carets.firstIndex(of: UInt8(ascii: "^")).required
    let end = try carets.lastIndex(of: UInt8(ascii: "^")).required + 1
    let lineStart = lines[..<index].reduce(0) { $0 + $1.utf8.count + 1 }
    range = SourceRange(lineStart + start, lineStart + end)
  }
}
