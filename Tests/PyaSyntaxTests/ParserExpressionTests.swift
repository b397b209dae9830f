import PyaSyntax
import Testing

struct ParserExpressionTests {
  @Test(arguments: [
    ("1 + 2 * 3", "(1 + (2 * 3))"),
    ("1 - 2 - 3", "((1 - 2) - 3)"),
    ("2 ** 3 ** 4", "(2 ** (3 ** 4))"),
    ("-2 ** 2", "(-(2 ** 2))"),
    ("2 ** -1", "(2 ** (-1))"),
    ("-1", "(-1)"),
    ("a | b ^ c & d << e + f * g", "(a | (b ^ (c & (d << (e + (f * g))))))"),
    ("~a @ b // c % d", "((((~a) @ b) // c) % d)"),
    ("not a == b", "(not (a == b))"),
    ("not not a", "(not (not a))"),
    ("a or b and not c", "(a or (b and (not c)))"),
    ("a and b and c", "(a and b and c)"),
    ("(a and b) and c", "((a and b) and c)"),
    ("a < b <= c != d", "(a < b <= c != d)"),
    ("a is not b not in c in d is e", "(a is not b not in c in d is e)"),
    ("a if b else c if d else e", "(a if b else (c if d else e))"),
    ("lambda: a if b else c", "(lambda : (a if b else c))"),
    ("await a.b ** c", "((await a.b) ** c)"),
    ("a.b(c)[d].e", "a.b(c)[d].e"),
    ("(a := 1, b)", "((a := 1), b)"),
    ("f(a := 1)", "f((a := 1))"),
    ("x[a := 1]", "x[(a := 1)]"),
    ("{a: b, **c}", "{a: b, **c}"),
    ("{a, *b}", "{a, *b}"),
    ("{}", "{}"),
    ("()", "()"),
    ("a,", "(a,)"),
    ("*a, b", "(*a, b)"),
    ("...", "..."),
    ("0xff", "255"),
    ("1.5", "1.5"),
    ("2j", "2.0j"),
    ("99999999999999999999", "99999999999999999999"),
  ])
  func operatorsBind(_ source: String, _ expected: String) {
    #expect(parsed(source) == expected)
  }

  @Test(arguments: [
    ("x[1:2]", "x[(1:2)]"),
    ("x[:]", "x[(:)]"),
    ("x[::]", "x[(:)]"),
    ("x[a:b:c, ::d]", "x[((a:b:c), (::d))]"),
    ("x[*a]", "x[(*a,)]"),
    ("x[*a, b]", "x[(*a, b)]"),
    ("x[a,]", "x[(a,)]"),
  ])
  func subscriptsHoldSlicesAndTuples(_ source: String, _ expected: String) {
    #expect(parsed(source) == expected)
  }

  @Test(arguments: [
    ("[a for b in c]", "[a for b in c]"),
    ("{a for b in c if d if e}", "{a for b in c if d if e}"),
    ("{a: b for c in d for e in f}", "{a: b for c in d for e in f}"),
    ("f(a for b in c)", "f((a for b in c))"),
    ("(a async for b, *c in d)", "(a async for (b, *c) in d)"),
    ("[a := 1 for b in c]", "[(a := 1) for b in c]"),
    ("[a for b in c if d or e]", "[a for b in c if (d or e)]"),
    ("[a for b in lambda: c]", "SyntaxError: invalid syntax"),
  ])
  func comprehensions(_ source: String, _ expected: String) {
    #expect(parsed(source) == expected)
  }

  @Test(arguments: [
    ("f(a, *b, c, d=1, *e, **g, h=2)", "f(a, *b, c, d=1, *e, **g, h=2)"),
    ("lambda a, /, b=1, *c, d, e=2, **f: 0", "(lambda a, /, b = 1, *c, d, e = 2, **f: 0)"),
    ("lambda *, a: 0", "(lambda *, a: 0)"),
    ("lambda *a, **b: 0", "(lambda *a, **b: 0)"),
  ])
  func argumentsAndParameters(_ source: String, _ expected: String) {
    #expect(parsed(source) == expected)
  }

  @Test(arguments: [
    (#""a" 'b' """c""""#, #""abc""#),
    (#"b"a" b"b""#, #"b"ab""#),
    (#""a" f"{b}" "c""#, #"f"a{b}c""#),
    (#"f"{a!r:>{b}.2}""#, #"f"{a!r:>{b}.2}""#),
    (#"f"{a=}""#, #"f"a={a!r}""#),
    (#"f"{ a = }""#, #"f" a = {a!r}""#),
    (#"f"{a=!s}""#, #"f"a={a!s}""#),
    (#"f"{a=:x}""#, #"f"a={a:x}""#),
    (#"f"{a:}""#, #"f"{a:}""#),
    (#"f"{{{a}}}""#, #"f"{{a}}""#),
    (#"f"{x:{y:{z}}}""#, #"f"{x:{y:{z}}}""#),
    (#"f"{f"{a}"}""#, #"f"{f"{a}"}""#),
    (#"f"""#, #"f"""#),
  ])
  func stringsJoin(_ source: String, _ expected: String) {
    #expect(parsed(source) == expected)
  }

  @Test func rangesLeaveOutParenthesesExceptOfTuples() throws {
    let expectations = [
      ("(a)", "a"), ("(a, b)", "(a, b)"), ("(a for b in c)", "(a for b in c)"), ("a, b,", "a, b,"),
    ]
    for (source, expected) in expectations {
      guard case .expression(let value) = try parse(source).body[0].kind else { throw UnexpectedTree() }
      #expect(text(value.range, of: source) == expected)
    }
  }

  @Test func aSoleGeneratorArgumentTakesTheParenthesesOfTheCall() throws {
    let source = "f(a for b in c)"
    guard case .expression(let value) = try parse(source).body[0].kind, case .call(_, let arguments) = value.kind else {
      throw UnexpectedTree()
    }
    #expect(text(arguments[0].range, of: source) == "(a for b in c)")
  }

  struct UnexpectedTree: Error {}
}
