/// Mistakes in calls, parameters, displays and strings.
extension SyntaxErrorTable {
  static let calls: [SyntaxErrorRow] = [
    SyntaxErrorRow("f(a=1, b)\n", 1, "8+1", "SyntaxError: positional argument follows keyword argument"),
    SyntaxErrorRow("f(**a, b)\n", 1, "8+1", "SyntaxError: positional argument follows keyword argument unpacking"),
    SyntaxErrorRow(
      "f(**a, *b)\n", 1, "5+4",
      "SyntaxError: iterable argument unpacking follows keyword argument unpacking"),
    SyntaxErrorRow("f(a=1, a=2)\n", 1, "7+3", "SyntaxError: keyword argument repeated: a"),
    SyntaxErrorRow("f(x for x in y, 1)\n", 1, "2+12", "SyntaxError: Generator expression must be parenthesized"),
    SyntaxErrorRow("f(1, x for x in y)\n", 1, "5+12", "SyntaxError: Generator expression must be parenthesized"),
    SyntaxErrorRow("f(a=)\n", 1, "2+2", "SyntaxError: expected argument value expression"),
    SyntaxErrorRow("f(a, b=, c)\n", 1, "5+2", "SyntaxError: expected argument value expression"),
    SyntaxErrorRow("class A(x for x in y): pass\n", 1, "10+3", "SyntaxError: invalid syntax"),
  ]

  static let parameters: [SyntaxErrorRow] = [
    SyntaxErrorRow(
      "def f(a=1, b): pass\n", 1, "11+1",
      "SyntaxError: parameter without a default follows parameter with a default"),
    SyntaxErrorRow(
      "lambda a=1, b: 0\n", 1, "12+1",
      "SyntaxError: parameter without a default follows parameter with a default"),
    SyntaxErrorRow("def f(*): pass\n", 1, "6+1", "SyntaxError: named arguments must follow bare *"),
    SyntaxErrorRow("def f(*, **k): pass\n", 1, "6+1", "SyntaxError: named arguments must follow bare *"),
    SyntaxErrorRow("lambda *: 0\n", 1, "8+1", "SyntaxError: named arguments must follow bare *"),
    SyntaxErrorRow("def f(a, *, *b): pass\n", 1, "12+1", "SyntaxError: * argument may appear only once"),
    SyntaxErrorRow("def f(/): pass\n", 1, "6+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("def f(/, a): pass\n", 1, "6+1", "SyntaxError: at least one argument must precede /"),
    SyntaxErrorRow("def f(a, /, b, /): pass\n", 1, "15+1", "SyntaxError: / may appear only once"),
    SyntaxErrorRow("def f(*a, /): pass\n", 1, "10+1", "SyntaxError: / must be ahead of *"),
    SyntaxErrorRow("def f(a, / *b): pass\n", 1, "11+1", "SyntaxError: expected comma between / and *"),
    SyntaxErrorRow("def f(*a=1): pass\n", 1, "8+1", "SyntaxError: var-positional argument cannot have default value"),
    SyntaxErrorRow("def f(**k=1): pass\n", 1, "9+1", "SyntaxError: var-keyword argument cannot have default value"),
    SyntaxErrorRow("def f(**k, a): pass\n", 1, "11+1", "SyntaxError: arguments cannot follow var-keyword argument"),
    SyntaxErrorRow("def f(**k, *a): pass\n", 1, "11+1", "SyntaxError: arguments cannot follow var-keyword argument"),
    SyntaxErrorRow("def f(a=): pass\n", 1, "7+1", "SyntaxError: expected default value expression"),
    SyntaxErrorRow("def f((a, b)): pass\n", 1, "6+6", "SyntaxError: Function parameters cannot be parenthesized"),
    SyntaxErrorRow(
      "lambda (a, b): 0\n", 1, "7+6",
      "SyntaxError: Lambda expression parameters cannot be parenthesized"),
    SyntaxErrorRow("def f: pass\n", 1, "5+1", "SyntaxError: expected '('"),
    SyntaxErrorRow("def f[](): pass\n", 1, "6+1", "SyntaxError: Type parameter list cannot be empty"),
    SyntaxErrorRow("def f[*T: int](): pass\n", 1, "8+5", "SyntaxError: cannot use bound with TypeVarTuple"),
    SyntaxErrorRow(
      "class A[**P: (int, str)]: pass\n", 1, "11+12",
      "SyntaxError: cannot use constraints with ParamSpec"),
    SyntaxErrorRow(
      "class A[T = int, U]: pass\n", 1, "17+1",
      "SyntaxError: non-default type parameter 'U' follows default type parameter"),
  ]

  static let comprehensions: [SyntaxErrorRow] = [
    SyntaxErrorRow(
      "[a, b for a in c]\n", 1, "1+4",
      "SyntaxError: did you forget parentheses around the comprehension target?"),
    SyntaxErrorRow(
      "[a, b, c for a in d]\n", 1, "1+7",
      "SyntaxError: did you forget parentheses around the comprehension target?"),
    SyntaxErrorRow("[a for b c]\n", 1, "9+1", "SyntaxError: 'in' expected after for-loop variables"),
    SyntaxErrorRow("[a for b]\n", 1, "8+1", "SyntaxError: 'in' expected after for-loop variables"),
  ]

  static let dicts: [SyntaxErrorRow] = [
    SyntaxErrorRow("{1: *a}\n", 1, "4+2", "SyntaxError: cannot use a starred expression in a dictionary value"),
    SyntaxErrorRow("{1:}\n", 1, "2+1", "SyntaxError: expression expected after dictionary key and ':'"),
    SyntaxErrorRow("{1: 2, 3}\n", 1, "7+1", "SyntaxError: ':' expected after dictionary key"),
    SyntaxErrorRow("{1: 2, 3:}\n", 1, "8+1", "SyntaxError: expression expected after dictionary key and ':'"),
    SyntaxErrorRow("{1: 2, **}\n", 1, "9+1", "SyntaxError: invalid syntax"),
  ]

  static let conditionals: [SyntaxErrorRow] = [
    SyntaxErrorRow("a if b\n", 1, "0+6", "SyntaxError: expected 'else' after 'if' expression"),
    SyntaxErrorRow("x = a if b + 1\n", 1, "4+10", "SyntaxError: expected 'else' after 'if' expression"),
    SyntaxErrorRow("(1 if 2 else)\n", 1, "12+1", "SyntaxError: invalid syntax"),
  ]

  static let notAfterOperator: [SyntaxErrorRow] = [
    SyntaxErrorRow("a + not b\n", 1, "4+5", "SyntaxError: 'not' after an operator must be parenthesized"),
    SyntaxErrorRow("- not b\n", 1, "2+5", "SyntaxError: 'not' after an operator must be parenthesized"),
  ]

  static let legacyStatements: [SyntaxErrorRow] = [
    SyntaxErrorRow(
      "print \"hi\"\n", 1, "0+10",
      "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?"),
    SyntaxErrorRow(
      "print x, y\n", 1, "0+10",
      "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?"),
    SyntaxErrorRow(
      "exec \"x\"\n", 1, "0+8",
      "SyntaxError: Missing parentheses in call to 'exec'. Did you mean exec(...)?"),
  ]

  static let strings: [SyntaxErrorRow] = [
    SyntaxErrorRow("\"a\" b\"b\"\n", 1, "8+1", "SyntaxError: cannot mix bytes and nonbytes literals"),
    SyntaxErrorRow("b\"a\" f\"b\"\n", 1, "9+1", "SyntaxError: cannot mix bytes and nonbytes literals"),
  ]

  static let fstrings: [SyntaxErrorRow] = [
    SyntaxErrorRow("f\"{}\"\n", 1, "3+1", "SyntaxError: f-string: valid expression required before '}'"),
    SyntaxErrorRow("f\"{!r}\"\n", 1, "3+1", "SyntaxError: f-string: valid expression required before '!'"),
    SyntaxErrorRow("f\"{:x}\"\n", 1, "3+1", "SyntaxError: f-string: valid expression required before ':'"),
    SyntaxErrorRow("f\"{=}\"\n", 1, "3+1", "SyntaxError: f-string: valid expression required before '='"),
    SyntaxErrorRow("f\"{a b}\"\n", 1, "3+3", "SyntaxError: invalid syntax. Perhaps you forgot a comma?"),
    SyntaxErrorRow(
      "f\"{a!x}\"\n", 1, "5+1",
      "SyntaxError: f-string: invalid conversion character 'x': expected 's', 'r', or 'a'"),
    SyntaxErrorRow("f\"{a!}\"\n", 1, "5+1", "SyntaxError: f-string: missing conversion character"),
    SyntaxErrorRow(
      "f\"{a! r}\"\n", 1, "4+3",
      "SyntaxError: f-string: conversion type must come right after the exclamanation mark"),
    SyntaxErrorRow("f\"{a!r b}\"\n", 1, "7+1", "SyntaxError: f-string: expecting ':' or '}'"),
    SyntaxErrorRow("f\"{a=b}\"\n", 1, "5+1", "SyntaxError: f-string: expecting '!', or ':', or '}'"),
    SyntaxErrorRow("f\"{*a}\"\n", 1, "3+2", "SyntaxError: can't use starred expression here"),
    SyntaxErrorRow(
      "f\"{lambda x: 1}\"\n", 1, "3+9",
      "SyntaxError: f-string: lambda expressions are not allowed without parentheses"),
    SyntaxErrorRow("f\"{a $ b}\"\n", 1, "5+1", "SyntaxError: f-string: expecting '=', or '!', or ':', or '}'"),
    SyntaxErrorRow("f\"{a\"\n", 1, "4+1", "SyntaxError: f-string: expecting '}'"),
    SyntaxErrorRow("f\"{+}\"\n", 1, "3+1", "SyntaxError: f-string: expecting a valid expression after '{'"),
  ]
}
