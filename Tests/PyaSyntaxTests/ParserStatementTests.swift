import PyaSyntax
import Testing

struct ParserStatementTests {
  @Test(arguments: [
    ("a = b = c", "a = b = c"),
    ("a, *b = c", "(a, *b) = c"),
    ("[a, (b, c.d), e[0]] = f", "[a, (b, c.d), e[0]] = f"),
    ("a = yield_ = 1", "a = yield_ = 1"),
    ("a **= b, c", "a **= (b, c)"),
    ("a.b @= c", "a.b @= c"),
    ("a: int", "a: int"),
    ("(a): int = 3", "(a): int = 3"),
    ("a.b: int = *c, d", "(a.b): int = (*c, d)"),
    ("x: (yield_) = 1", "x: yield_ = 1"),
    ("del a, (b, c[1])", "del a, (b, c[1])"),
    ("assert a, b", "assert a, b"),
    ("raise a from b", "raise a from b"),
    ("raise", "raise"),
    ("global a, b", "global a, b"),
    ("import a.b as c, d", "import a.b as c, d"),
    ("from ....a import (b, c as d,)", "from ....a import b, c as d"),
    ("from ... import a", "from ... import a"),
    ("from a import *", "from a import *"),
    ("type X[T: int = str, *U = *V, **W = 1] = T", "type X[T: int = str, *U = *V, **W = 1] = T"),
    ("a; b; c;", "a\nb\nc"),
  ])
  func simpleStatements(_ source: String, _ expected: String) {
    #expect(parsed(source) == expected)
  }

  @Test(arguments: [
    "match = 1", "match.case = 2", "match[case] = type", "match(a, b)", "match * a", "match -1", "match: int = 3",
    "type = 1", "type(a)", "type.b", "case = _ = 3", "print(match, case, type)", "match, case = 1, 2",
  ])
  func softKeywordsAreNames(_ source: String) {
    #expect(!parsed(source).contains("SyntaxError"), "\(source): \(parsed(source))")
  }

  @Test(arguments: [
    ("with a: pass", "with a"),
    ("with a as b, c: pass", "with a as b; c"),
    ("with (a): pass", "with a"),
    ("with (a, b): pass", "with a; b"),
    ("with (a as b, c as d,): pass", "with a as b; c as d"),
    ("with (a, b) as c: pass", "with (a, b) as c"),
    ("with (a, b)[0]: pass", "with (a, b)[0]"),
    ("with (): pass", "with ()"),
    ("with (a := b): pass", "with (a := b)"),
    ("with (a for b in c): pass", "with (a for b in c)"),
    ("with (a), (b): pass", "with a; b"),
    ("with (*a, b): pass", "with (*a, b)"),
    ("async with a as (b, c): pass", "async with a as (b, c)"),
  ])
  func withTellsItemsFromExpressions(_ source: String, _ expected: String) {
    #expect(parsed(source) == expected + "\n  pass")
  }

  @Test func blocksNest() {
    let source = """
      @a.b
      @c(1)
      async def f[T](x: T, /, y=1, *z: *Ts, k, **w) -> int:
          for i, *j in x, y:
              if i: continue
              elif j: break
              else: pass
          else:
              return
          while (n := g()):
              yield n
          await x
      class A(B, metaclass=C):
          def g(self): ...
      """
    #expect(
      parsed(source) == """
        @a.b
        @c(1)
        async def f[T](x: T, /, y = 1, *z: *Ts, k, **w) -> int
          for (i, *j) in (x, y)
            if i
              continue
            elif j
              break
            else
              pass
          else
            return
          while (n := g())
            (yield n)
          (await x)
        class A(B, metaclass=C)
          def g(self)
            ...
        """)
  }

  @Test func tryHasAllItsClauses() {
    let source = """
      try: a
      except (B, C) as d: e
      except: f
      else: g
      finally: h
      try: a
      except* B: c
      """
    #expect(
      parsed(source) == """
        try
          a
        except (B, C) as d
          e
        except
          f
        else
          g
        finally
          h
        try
          a
        except* B
          c
        """)
  }

  @Test(arguments: [
    ("1", "1"), ("-1.5", "(-1.5)"), ("1 + 2j", "(1 + 2.0j)"), ("'a' 'b'", "\"ab\""), ("None", "None"), ("a", "a"),
    ("_", "_"), ("a.b.c", "a.b.c"), ("1 | 2 | a.b", "(1 | 2 | a.b)"), ("1 | 2 as x", "((1 | 2) as x)"),
    ("(a)", "a"), ("(a,)", "[a]"), ("()", "[]"), ("a, *b", "[a, *b]"), ("[1, *_, x]", "[1, *_, x]"), ("a,", "[a]"),
    ("{}", "{}"), ("{'k': v, **rest}", "{\"k\": v, **rest}"), ("{a.b: 1, -1: _}", "{a.b: 1, (-1): _}"),
    ("A()", "A()"), ("a.B(1, x=2, y=z,)", "a.B(1, x=2, y=z)"), ("str() | int() as z", "((str() | int()) as z)"),
  ])
  func patterns(_ source: String, _ expected: String) {
    #expect(parsed("match x:\n  case \(source): pass") == "match x\n  case \(expected)\n    pass")
  }

  @Test func matchSubjectsAndGuards() {
    #expect(
      parsed("match a, *b:\n  case c if d := e: pass\n") == "match (a, *b)\n  case c if (d := e)\n    pass")
    #expect(parsed("match (a):\n  case 1: pass\n") == "match a\n  case 1\n    pass")
    #expect(parsed("match -a:\n  case 1: pass\n") == "match (-a)\n  case 1\n    pass")
  }

  @Test func everyScopeHasANumberOfItsOwn() throws {
    // The module, two for `f`, the lambda, the comprehension, two for `A`, the alias.
    let module = try parse("def f(): lambda: [x for x in y]\nclass A: pass\ntype X = int\n")
    #expect(module.scopeCount == 8)
  }

  @Test func statementsEndWithTheirLastToken() throws {
    let source = "if a:\n  b  # c\n\nx = 1 ; y\n"
    let body = try parse(source).body
    #expect(body.map { text($0.range, of: source) } == ["if a:\n  b", "x = 1", "y"])
  }

  @Test func aDecoratedFunctionBeginsAtDef() throws {
    let source = "@a\nasync def f(): pass\n"
    #expect(text(try parse(source).body[0].range, of: source) == "async def f(): pass")
  }
}
