/// What cannot be assigned to, annotated or deleted.
extension SyntaxErrorTable {
  static let assignment: [SyntaxErrorRow] = [
    SyntaxErrorRow(
      "1 = x\n", 1, "0+1",
      "SyntaxError: cannot assign to literal here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow(
      "f() = x\n", 1, "0+3",
      "SyntaxError: cannot assign to function call here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow(
      "a + b = x\n", 1, "0+5",
      "SyntaxError: cannot assign to expression here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow("True = 1\n", 1, "0+4", "SyntaxError: cannot assign to True"),
    SyntaxErrorRow("None = 1\n", 1, "0+4", "SyntaxError: cannot assign to None"),
    SyntaxErrorRow("(a, True) = 1\n", 1, "4+4", "SyntaxError: cannot assign to True"),
    SyntaxErrorRow(
      "a, f() = 1\n", 1, "3+3",
      "SyntaxError: cannot assign to function call here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow("[a, 1] = x\n", 1, "4+1", "SyntaxError: cannot assign to literal"),
    SyntaxErrorRow("a and b = 1\n", 1, "0+7", "SyntaxError: cannot assign to expression"),
    SyntaxErrorRow(
      "-a = 1\n", 1, "0+2",
      "SyntaxError: cannot assign to expression here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow("a < b = 1\n", 1, "0+5", "SyntaxError: cannot assign to comparison"),
    SyntaxErrorRow("lambda: 0 = 1\n", 1, "0+9", "SyntaxError: cannot assign to lambda"),
    SyntaxErrorRow("a if b else c = 1\n", 1, "0+13", "SyntaxError: cannot assign to conditional expression"),
    SyntaxErrorRow(
      "{} = 1\n", 1, "0+2",
      "SyntaxError: cannot assign to dict literal here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow(
      "{a} = 1\n", 1, "0+3",
      "SyntaxError: cannot assign to set display here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow(
      "[x for x in y] = 1\n", 1, "0+14",
      "SyntaxError: cannot assign to list comprehension here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow("(x for x in y) = 1\n", 1, "0+14", "SyntaxError: cannot assign to generator expression"),
    SyntaxErrorRow(
      "f'{x}' = 1\n", 1, "0+6",
      "SyntaxError: cannot assign to f-string expression here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow(
      "... = 1\n", 1, "0+3",
      "SyntaxError: cannot assign to ellipsis here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow(
      "(yield) = 1\n", 1, "1+5",
      "SyntaxError: cannot assign to yield expression here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow("yield x = 1\n", 1, "0+7", "SyntaxError: assignment to yield expression not possible"),
    SyntaxErrorRow(
      "await x = 1\n", 1, "0+7",
      "SyntaxError: cannot assign to await expression here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow(
      "(a := 1) = 2\n", 1, "1+6",
      "SyntaxError: cannot assign to named expression here. Maybe you meant '==' instead of '='?"),
    SyntaxErrorRow("__debug__ = 1\n", 1, "0+9", "SyntaxError: cannot assign to __debug__"),
    SyntaxErrorRow(
      "f() += 1\n", 1, "0+3",
      "SyntaxError: 'function call' is an illegal expression for augmented assignment"),
    SyntaxErrorRow("a, b += 1\n", 1, "0+4", "SyntaxError: 'tuple' is an illegal expression for augmented assignment"),
    SyntaxErrorRow("[a] += 1\n", 1, "0+3", "SyntaxError: 'list' is an illegal expression for augmented assignment"),
    SyntaxErrorRow("1 += 1\n", 1, "0+1", "SyntaxError: 'literal' is an illegal expression for augmented assignment"),
    SyntaxErrorRow("for f() in x: pass\n", 1, "4+3", "SyntaxError: cannot assign to function call"),
    SyntaxErrorRow("for 1 in x: pass\n", 1, "4+1", "SyntaxError: cannot assign to literal"),
    SyntaxErrorRow("for a b in x: pass\n", 1, "6+1", "SyntaxError: invalid syntax"),
    SyntaxErrorRow("with a as f(): pass\n", 1, "10+3", "SyntaxError: cannot assign to function call"),
    SyntaxErrorRow("with a as 1: pass\n", 1, "10+1", "SyntaxError: cannot assign to literal"),
    SyntaxErrorRow("[x for 1 in y]\n", 1, "7+1", "SyntaxError: cannot assign to literal"),
    SyntaxErrorRow("f(True=1)\n", 1, "2+5", "SyntaxError: cannot assign to True"),
    SyntaxErrorRow(
      "f(a+b=1)\n", 1, "2+4",
      "SyntaxError: expression cannot contain assignment, perhaps you meant \"==\"?"),
    SyntaxErrorRow(
      "f(1=2)\n", 1, "2+2",
      "SyntaxError: expression cannot contain assignment, perhaps you meant \"==\"?"),
    SyntaxErrorRow("f(**a=1)\n", 1, "2+5", "SyntaxError: cannot assign to keyword argument unpacking"),
    SyntaxErrorRow("f(*a=1)\n", 1, "2+4", "SyntaxError: cannot assign to iterable argument unpacking"),
  ]

  static let assignmentExpression: [SyntaxErrorRow] = [
    SyntaxErrorRow("(a.b := 1)\n", 1, "1+3", "SyntaxError: cannot use assignment expressions with attribute"),
    SyntaxErrorRow("(a[0] := 1)\n", 1, "1+4", "SyntaxError: cannot use assignment expressions with subscript"),
    SyntaxErrorRow("(f() := 1)\n", 1, "1+3", "SyntaxError: cannot use assignment expressions with function call"),
    SyntaxErrorRow("a := 1\n", 1, "2+2", "SyntaxError: invalid syntax"),
  ]

  static let annotation: [SyntaxErrorRow] = [
    SyntaxErrorRow("(a, b): int\n", 1, "0+6", "SyntaxError: only single target (not tuple) can be annotated"),
    SyntaxErrorRow("[a]: int\n", 1, "0+3", "SyntaxError: only single target (not list) can be annotated"),
    SyntaxErrorRow("a, b: int\n", 1, "0+1", "SyntaxError: only single target (not tuple) can be annotated"),
    SyntaxErrorRow("f(): int\n", 1, "0+3", "SyntaxError: illegal target for annotation"),
    SyntaxErrorRow("1: int\n", 1, "0+1", "SyntaxError: illegal target for annotation"),
  ]

  static let deletion: [SyntaxErrorRow] = [
    SyntaxErrorRow("del f()\n", 1, "4+3", "SyntaxError: cannot delete function call"),
    SyntaxErrorRow("del 1\n", 1, "4+1", "SyntaxError: cannot delete literal"),
    SyntaxErrorRow("del a, b + c\n", 1, "7+5", "SyntaxError: cannot delete expression"),
    SyntaxErrorRow("del (a, *b)\n", 1, "8+2", "SyntaxError: cannot delete starred"),
    SyntaxErrorRow("del None\n", 1, "4+4", "SyntaxError: cannot delete None"),
  ]

  static let starred: [SyntaxErrorRow] = [
    SyntaxErrorRow("*a = 1\n", 1, "0+2", "SyntaxError: starred assignment target must be in a list or tuple"),
    SyntaxErrorRow("*a, *b = c\n", 1, "0+6", "SyntaxError: multiple starred expressions in assignment"),
    SyntaxErrorRow("*a\n", 1, "0+2", "SyntaxError: can't use starred expression here"),
    SyntaxErrorRow("x = *a\n", 1, "4+2", "SyntaxError: can't use starred expression here"),
    SyntaxErrorRow("return_ = 1\ndel *a\n", 2, "4+2", "SyntaxError: cannot delete starred"),
    SyntaxErrorRow("(*a)\n", 1, "1+2", "SyntaxError: cannot use starred expression here"),
    SyntaxErrorRow("(**a)\n", 1, "1+2", "SyntaxError: cannot use double starred expression here"),
    SyntaxErrorRow("[*a for a in b]\n", 1, "1+2", "SyntaxError: iterable unpacking cannot be used in comprehension"),
    SyntaxErrorRow(
      "{**a for a in b}\n", 1, "1+2",
      "SyntaxError: dict unpacking cannot be used in dict comprehension"),
    SyntaxErrorRow("f(*)\n", 1, "3+1", "SyntaxError: Invalid star expression"),
    SyntaxErrorRow(
      "for *a in b: pass\n", 1, "4+2",
      "SyntaxError: starred assignment target must be in a list or tuple"),
  ]
}
