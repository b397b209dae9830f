/// What is missing, and what stands where nothing fits.
extension SyntaxErrorTable {
  static let missingColon: [SyntaxErrorRow] = [
    SyntaxErrorRow("if x\n    pass\n", 1, "4+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("else_ = 1\nwhile x\n    pass\n", 2, "7+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("for x in y\n    pass\n", 1, "10+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("class A\n    pass\n", 1, "7+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("def f()\n    pass\n", 1, "7+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("def f() -> int\n    pass\n", 1, "14+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("try\n    pass\n", 1, "3+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("try:\n    pass\nexcept A\n    pass\n", 3, "8+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("try:\n    pass\nfinally\n    pass\n", 3, "7+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("if x:\n    pass\nelse\n    pass\n", 3, "4+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("with a as b\n    pass\n", 1, "11+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("match x\n    case 1: pass\n", 1, "7+1", "SyntaxError: expected ':'"),
    SyntaxErrorRow("match x:\n    case 1\n        pass\n", 2, "6+1", "SyntaxError: expected ':'"),
  ]

  static let nothingFits: [SyntaxErrorRow] = [
    SyntaxErrorRow("x = \n", 1, "4+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("x = 1 +\n", 1, "7+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow(
      "f(\n1, ]\n", 2, "3+1",
      "SyntaxError: closing parenthesis ']' does not match opening parenthesis '(' on line 1"),
    SyntaxErrorRow("a b\n", 1, "2+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("1 = = 2\n", 1, "0+1", "SyntaxError: cannot assign to literal"),
    SyntaxErrorRow("lambda x y: 1\n", 1, "9+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("async x\n", 1, "6+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("import a.b as c.d\n", 1, "15+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("else: pass\n", 1, "0+4", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("x = $\n", 1, "4+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("a ? b\n", 1, "2+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("not = 1\n", 1, "4+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("def f(:pass\n", 1, "6+1", "SyntaxError: invalid syntax"),
  ]

  static let missingComma: [SyntaxErrorRow] = [
    SyntaxErrorRow("f(a b)\n", 1, "2+3", "SyntaxError: invalid syntax. Perhaps you forgot a comma?"),
    SyntaxErrorRow("[1, 2 3]\n", 1, "4+3", "SyntaxError: invalid syntax. Perhaps you forgot a comma?"),
    SyntaxErrorRow("(a, b c)\n", 1, "4+3", "SyntaxError: invalid syntax. Perhaps you forgot a comma?"),
    SyntaxErrorRow("{1: 2 3: 4}\n", 1, "4+3", "SyntaxError: invalid syntax. Perhaps you forgot a comma?"),
    SyntaxErrorRow("f(a, \"x\" y)\n", 1, "5+5", "SyntaxError: invalid syntax. Perhaps you forgot a comma?"),
  ]

  static let equalsForComparison: [SyntaxErrorRow] = [
    SyntaxErrorRow(
      "if x = 3: pass\n", 1, "3+5",
      "SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
    SyntaxErrorRow(
      "f(a.b=1)\n", 1, "2+4",
      "SyntaxError: expression cannot contain assignment, perhaps you meant \"==\"?"),
    SyntaxErrorRow(
      "while f() = 1: pass\n", 1, "6+3",
      "SyntaxError: cannot assign to function call here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow(
      "if 1 = x: pass\n", 1, "3+1",
      "SyntaxError: cannot assign to literal here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow(
      "(a = 1)\n", 1, "1+5",
      "SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
    SyntaxErrorRow(
      "f(x = i for i in y)\n", 1, "2+3",
      "SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
  ]

  static let missingBlock: [SyntaxErrorRow] = [
    SyntaxErrorRow(
      "if x:\npass\n", 2, "0+4",
      "IndentationError: expected an indented block after 'if' statement on line 1"),
    SyntaxErrorRow(
      "if x:\n    pass\nelif y:\npass\n", 4, "0+4",
      "IndentationError: expected an indented block after 'elif' statement on line 3"),
    SyntaxErrorRow(
      "if x:\n    pass\nelse:\npass\n", 4, "0+4",
      "IndentationError: expected an indented block after 'else' statement on line 3"),
    SyntaxErrorRow(
      "while x:\npass\n", 2, "0+4",
      "IndentationError: expected an indented block after 'while' statement on line 1"),
    SyntaxErrorRow(
      "for x in y:\npass\n", 2, "0+4",
      "IndentationError: expected an indented block after 'for' statement on line 1"),
    SyntaxErrorRow(
      "def f():\npass\n", 2, "0+4",
      "IndentationError: expected an indented block after function definition on line 1"),
    SyntaxErrorRow(
      "class A:\npass\n", 2, "0+4",
      "IndentationError: expected an indented block after class definition on line 1"),
    SyntaxErrorRow(
      "with a:\npass\n", 2, "0+4",
      "IndentationError: expected an indented block after 'with' statement on line 1"),
    SyntaxErrorRow(
      "with (a, b):\npass\n", 2, "0+4",
      "IndentationError: expected an indented block after 'with' statement on line 1"),
    SyntaxErrorRow(
      "try:\npass\n", 2, "0+4",
      "IndentationError: expected an indented block after 'try' statement on line 1"),
    SyntaxErrorRow(
      "try:\n    pass\nexcept:\npass\n", 4, "0+4",
      "IndentationError: expected an indented block after 'except' statement on line 3"),
    SyntaxErrorRow(
      "try:\n    pass\nexcept A as b:\npass\n", 4, "0+4",
      "IndentationError: expected an indented block after 'except' statement on line 3"),
    SyntaxErrorRow(
      "try:\n    pass\nexcept* A:\npass\n", 4, "0+4",
      "IndentationError: expected an indented block after 'except*' statement on line 3"),
    SyntaxErrorRow(
      "try:\n    pass\nfinally:\npass\n", 4, "0+4",
      "IndentationError: expected an indented block after 'finally' statement on line 3"),
    SyntaxErrorRow(
      "match x:\npass\n", 2, "0+4",
      "IndentationError: expected an indented block after 'match' statement on line 1"),
    SyntaxErrorRow(
      "match x:\n    case 1:\n    pass\n", 3, "0+4",
      "IndentationError: expected an indented block after 'case' statement on line 2"),
    SyntaxErrorRow(
      "if x:\n", 1, "",
      "IndentationError: expected an indented block after 'if' statement on line 1"),
    SyntaxErrorRow(
      "def f():\n    if x:\n\n", 3, "",
      "IndentationError: expected an indented block after 'if' statement on line 2"),
    SyntaxErrorRow(
      "class A:\n    def f(self):\ny = 1\n", 3, "",
      "IndentationError: expected an indented block after function definition on line 2"),
  ]

  static let indentation: [SyntaxErrorRow] = [
    SyntaxErrorRow("  x = 1\n", 1, "", "IndentationError: unexpected indent"),
    SyntaxErrorRow("x = 1\n    y = 2\n", 2, "", "IndentationError: unexpected indent"),
    SyntaxErrorRow("if x:\n    y\n      z\n", 3, "", "IndentationError: unexpected indent"),
    SyntaxErrorRow(
      "if x:\n    y\n  z\n", 3, "1+1",
      "IndentationError: unindent does not match any outer indentation level"),
    SyntaxErrorRow("if x:\n\ty\n        z\n", 3, "", "TabError: inconsistent use of tabs and spaces in indentation"),
  ]

  static let whichErrorComesFirst: [SyntaxErrorRow] = [
    SyntaxErrorRow("return\nx = = 1\n", 2, "4+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("f(a b)\n\"abc\n", 2, "0+1", "SyntaxError: unterminated string literal (detected at line 2)"),
    SyntaxErrorRow("(a b\nc\n", 1, "0+1", "SyntaxError: '(' was never closed"),
    SyntaxErrorRow("x = (1,\n2 3\n", 1, "4+1", "SyntaxError: '(' was never closed"),
  ]
}
