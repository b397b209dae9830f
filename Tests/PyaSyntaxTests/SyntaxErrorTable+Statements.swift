/// Mistakes in single kinds of statement, and statements in a wrong place.
extension SyntaxErrorTable {
  static let exceptionHandling: [SyntaxErrorRow] = [
    SyntaxErrorRow("try:\n    pass\nx = 1\n", 3, "0+1", "SyntaxError: expected 'except' or 'finally' block"),
    SyntaxErrorRow(
      "try:\n    pass\nexcept A, B:\n    pass\n", 3, "7+4",
      "SyntaxError: multiple exception types must be parenthesized"),
    SyntaxErrorRow(
      "try:\n    pass\nexcept* A:\n    pass\nexcept B:\n    pass\n", 5, "0+6",
      "SyntaxError: cannot have both 'except' and 'except*' on the same 'try'"),
    SyntaxErrorRow(
      "try:\n    pass\nexcept A:\n    pass\nexcept* B:\n    pass\n", 5, "0+7",
      "SyntaxError: cannot have both 'except' and 'except*' on the same 'try'"),
    SyntaxErrorRow(
      "try:\n    pass\nexcept*:\n    pass\n", 3, "7+1",
      "SyntaxError: expected one or more exception types"),
    SyntaxErrorRow(
      "try:\n    pass\nexcept:\n    pass\nexcept A:\n    pass\n", 3, "0+7",
      "SyntaxError: default 'except:' must be last"),
    SyntaxErrorRow(
      "def f():\n    try:\n        pass\n    except* A:\n        return 1\n", 5, "7+1",
      "SyntaxError: 'break', 'continue' and 'return' cannot appear in an except* block"),
  ]

  static let imports: [SyntaxErrorRow] = [
    SyntaxErrorRow("import\n", 1, "6+1", "SyntaxError: Expected one or more names after 'import'"),
    SyntaxErrorRow("from a import\n", 1, "13+1", "SyntaxError: Expected one or more names after 'import'"),
    SyntaxErrorRow(
      "from a import b,\n", 1, "16+1",
      "SyntaxError: trailing comma not allowed without surrounding parentheses"),
    SyntaxErrorRow("from a import (b, c),\n", 1, "20+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("import a from b\n", 1, "0+15", "SyntaxError: Did you mean to use 'from ... import ...' instead?"),
    SyntaxErrorRow(
      "def f():\n    from a import *\n", 2, "14+1",
      "SyntaxError: import * only allowed at module level"),
    SyntaxErrorRow(
      "import a\nfrom __future__ import annotations\n", 2, "0+34",
      "SyntaxError: from __future__ imports must occur at the beginning of the file"),
    SyntaxErrorRow(
      "from __future__ import nothing\n", 1, "0+1",
      "SyntaxError: future feature nothing is not defined"),
    SyntaxErrorRow("from __future__ import braces\n", 1, "0+1", "SyntaxError: not a chance"),
  ]

  static let patterns: [SyntaxErrorRow] = [
    SyntaxErrorRow(
      "match x:\n    case a: pass\n    case b: pass\n", 2, "5+1",
      "SyntaxError: name capture 'a' makes remaining patterns unreachable"),
    SyntaxErrorRow(
      "match x:\n    case _: pass\n    case 1: pass\n", 2, "5+1",
      "SyntaxError: wildcard makes remaining patterns unreachable"),
    SyntaxErrorRow(
      "match x:\n    case a | 1: pass\n", 2, "5+1",
      "SyntaxError: name capture 'a' makes remaining patterns unreachable"),
    SyntaxErrorRow(
      "match x:\n    case 1 | b: pass\n", 2, "5+5",
      "SyntaxError: alternative patterns bind different names"),
    SyntaxErrorRow(
      "match x:\n    case [a, a]: pass\n", 2, "9+1",
      "SyntaxError: multiple assignments to name 'a' in pattern"),
    SyntaxErrorRow(
      "match x:\n    case [*a, *b]: pass\n", 2, "5+8",
      "SyntaxError: multiple starred names in sequence pattern"),
    SyntaxErrorRow(
      "match x:\n    case A(b=1, 2): pass\n", 2, "12+1",
      "SyntaxError: positional patterns follow keyword patterns"),
    SyntaxErrorRow(
      "match x:\n    case A(b=1, b=2): pass\n", 2, "14+1",
      "SyntaxError: attribute name repeated in class pattern: b"),
    SyntaxErrorRow(
      "match x:\n    case {\"a\": 1, \"a\": 2}: pass\n", 2, "5+16",
      "SyntaxError: mapping pattern checks duplicate key ('a')"),
    SyntaxErrorRow("match x:\n    case 1 as _: pass\n", 2, "10+1", "SyntaxError: cannot use '_' as a target"),
    SyntaxErrorRow("match x:\n    case 1 as a.b: pass\n", 2, "11+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("match x:\n    case 1 as 2: pass\n", 2, "10+1", "SyntaxError: invalid pattern target"),
    SyntaxErrorRow(
      "match x:\n    case 1 + 2: pass\n", 2, "9+1",
      "SyntaxError: imaginary number required in complex literal"),
    SyntaxErrorRow(
      "match x:\n    case 1j + 2j: pass\n", 2, "5+2",
      "SyntaxError: real number required in complex literal"),
    SyntaxErrorRow(
      "match x:\n    case f\"a\": pass\n", 2, "5+4",
      "SyntaxError: patterns may only match literals and attribute lookups"),
  ]

  static let wrongPlace: [SyntaxErrorRow] = [
    SyntaxErrorRow("return 1\n", 1, "0+8", "SyntaxError: 'return' outside function"),
    SyntaxErrorRow("class A:\n    return\n", 2, "0+6", "SyntaxError: 'return' outside function"),
    SyntaxErrorRow("break\n", 1, "0+5", "SyntaxError: 'break' outside loop"),
    SyntaxErrorRow("continue\n", 1, "0+8", "SyntaxError: 'continue' not properly in loop"),
    SyntaxErrorRow("def f():\n    break\n", 2, "0+5", "SyntaxError: 'break' outside loop"),
    SyntaxErrorRow(
      "while x:\n    def f():\n        continue\n", 3, "0+8",
      "SyntaxError: 'continue' not properly in loop"),
    SyntaxErrorRow("yield 1\n", 1, "0+7", "SyntaxError: 'yield' outside function"),
    SyntaxErrorRow("class A:\n    yield\n", 2, "0+5", "SyntaxError: 'yield' outside function"),
    SyntaxErrorRow("yield from x\n", 1, "0+12", "SyntaxError: 'yield from' outside function"),
    SyntaxErrorRow(
      "async def f():\n    yield from x\n", 2, "0+12",
      "SyntaxError: 'yield from' inside async function"),
    SyntaxErrorRow(
      "async def f():\n    yield 1\n    return 2\n", 3, "0+8",
      "SyntaxError: 'return' with value in async generator"),
    SyntaxErrorRow("def f():\n    await x\n", 2, "0+7", "SyntaxError: 'await' outside async function"),
    SyntaxErrorRow("class A:\n    await x\n", 2, "0+7", "SyntaxError: 'await' outside function"),
    SyntaxErrorRow("lambda: await x\n", 1, "8+7", "SyntaxError: 'await' outside async function"),
    SyntaxErrorRow(
      "def f():\n    async for x in y: pass\n", 2, "0+22",
      "SyntaxError: 'async for' outside async function"),
    SyntaxErrorRow(
      "def f():\n    async with x: pass\n", 2, "0+18",
      "SyntaxError: 'async with' outside async function"),
    SyntaxErrorRow(
      "def f():\n    return [x async for x in y]\n", 2, "7+20",
      "SyntaxError: asynchronous comprehension outside of an asynchronous function"),
    SyntaxErrorRow(
      "def f():\n    return [await x for x in y]\n", 2, "7+20",
      "SyntaxError: asynchronous comprehension outside of an asynchronous function"),
    SyntaxErrorRow(
      "class A:\n    x = {y async for y in z}\n", 2, "4+20",
      "SyntaxError: asynchronous comprehension outside of an asynchronous function"),
    SyntaxErrorRow(
      "def f():\n    return [(yield x) for x in y]\n", 2, "9+7",
      "SyntaxError: 'yield' inside list comprehension"),
    SyntaxErrorRow(
      "def f():\n    return ((yield x) for x in y)\n", 2, "9+7",
      "SyntaxError: 'yield' inside generator expression"),
  ]
}
