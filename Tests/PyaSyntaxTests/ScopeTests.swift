import Testing

@testable import PyaSyntax

/// Where names live. Each expectation agrees with CPython 3.13's `symtable` and code objects, as far as they say it.
@Suite struct ScopeTests {
  // Functions

  @Test func assignmentAnywhereMakesANameLocal() throws {
    let f = try scope("f", in: "def f():\n  print(x)\n  x = 1")
    #expect(f.bindings["x"] == .local(slot: 0))
    #expect(f.bindings["print"] == .global)
  }

  @Test func parametersTakeTheFirstSlotsInTheirOrder() throws {
    let f = try scope("f", in: "def f(a, /, b, *c, d, **e):\n  local = 1")
    #expect(f.slotNames == ["a", "b", "d", "c", "e", "local"])
  }

  @Test func localsFollowInOrderOfFirstBinding() throws {
    let f = try scope("f", in: "def f():\n  print(z, y)\n  y = 1\n  for z in y: x = z")
    #expect(f.slotNames == ["y", "z", "x"])
  }

  @Test(arguments: [
    "x += 1", "x: int", "x: int = 1", "(x): int = 1", "(x := 1)", "a = (x, b) = 1", "[*x] = 1",
    "for x in y: pass", "for a, (b, x) in y: pass", "with y as x: pass", "with y as (x, z): pass",
    "try: pass\n  except E as x: pass", "import x", "import x.y", "import y as x", "import y.z as x",
    "from y import x", "from y import z as x", "def x(): pass", "class x: pass", "del x", "type x = int",
    "match y:\n    case x: pass", "match y:\n    case [1, *x]: pass", "match y:\n    case {'k': 1, **x}: pass",
    "match y:\n    case int() as x: pass", "match y:\n    case C(x, k=z): pass", "match y:\n    case C(k=x): pass",
    "[x := 1 for y in z]", "[[x := 1 for y in z] for w in v]", "list((x := 1) for y in z)",
    "f'{(x := 1)}'", "f'{y:{(x := 1)}}'", "async def x(): pass", "y[(x := 1)] = 2", "print((x := 1))",
  ])
  func bindsItsName(statement: String) throws {
    let f = try scope("f", in: "def f():\n  \(statement)")
    #expect(f.slotNames.contains("x"))
    let binding = f.bindings["x"]
    #expect(binding == .local(slot: f.slot("x")) || binding == .cell(slot: f.slot("x")))
  }

  @Test(arguments: [
    "(x): int", "x.y = 1", "x[0] = 1", "x.y += 1", "del x.y", "for x.y in z: pass", "with y as x[0]: pass",
    "import y.x", "from x import y", "import x as y", "y: x", "[x for x in y]", "{x: x for x in y}", "lambda x: x", "f(x=1)",
    "match y:\n    case x.z: pass", "match y:\n    case {x.z: 1}: pass", "match y:\n    case C(x=1): pass",
    "def g(x): pass", "def g(): x = 1", "class g: x = 1", "match y:\n    case _: pass", "def g[x](): pass",
    "type y[x] = x", "list(x for x in y)", "lambda: (x := 1)",
  ])
  func doesNotBindIt(statement: String) throws {
    let f = try scope("f", in: "def f():\n  \(statement)")
    let binding = f.bindings["x"]
    #expect(binding == nil || binding == .global)
  }

  @Test func aClosureVariableIsACell() throws {
    let table = try analyse("def f(a, b):\n  c = 1\n  def g(): return b, c")
    #expect(try table.scope("f").bindings["a"] == .local(slot: 0))
    #expect(try table.scope("f").bindings["b"] == .cell(slot: 1))
    #expect(try table.scope("f").cellSlots == [1, 2])
    #expect(try table.scope("f.<locals>.g").bindings["c"] == .free(index: 1))
  }

  @Test func functionsInBetweenPassACellOn() throws {
    let table = try analyse("def f():\n  x = 1\n  def g():\n    def h(): return x")
    #expect(try table.scope("f.<locals>.g").freeVariables == [.init(name: "x", parentBinding: .cell(slot: 0))])
    #expect(
      try table.scope("f.<locals>.g.<locals>.h").freeVariables == [.init(name: "x", parentBinding: .free(index: 0))])
  }

  @Test func freeVariablesAreInOrderOfNeed() throws {
    let g = try scope("f.<locals>.g", in: "def f(a, b, c):\n  def g(): return c, a, b")
    #expect(g.freeVariables.map(\.name) == ["c", "a", "b"])
  }

  @Test func globalMakesNamesOfTheModule() throws {
    let f = try scope("f", in: "def f():\n  global x\n  x = 1")
    #expect(f.bindings["x"] == .global)
    #expect(f.slotNames.isEmpty)
  }

  @Test func globalHidesTheVariableFromFunctionsInside() throws {
    let h = try scope(
      "f.<locals>.g.<locals>.h", in: "def f():\n  x = 1\n  def g():\n    global x\n    def h(): return x")
    #expect(h.bindings["x"] == .global)
  }

  @Test func nonlocalReachesTheVariableOutside() throws {
    let table = try analyse("def f():\n  x = 1\n  def g():\n    nonlocal x\n    x = 2")
    #expect(try table.scope("f.<locals>.g").bindings["x"] == .free(index: 0))
    #expect(try table.scope("f").cellSlots == [0])
  }

  @Test func anImportMayPrecedeGlobal() throws {
    #expect(try scope("f", in: "def f():\n  import x\n  global x").bindings["x"] == .global)
  }

  @Test func defaultsAndDecoratorsBelongToTheScopeAround() throws {
    let table = try analyse("def f(a):\n  @a\n  def g(b=a): pass")
    #expect(try table.scope("f").bindings["a"] == .local(slot: 0))
    #expect(try table.scope("f.<locals>.g").bindings["a"] == nil)
  }

  @Test func annotationsBelongToTheScopeAround() throws {
    let table = try analyse("def f(a):\n  def g(b: a) -> a: pass")
    #expect(try table.scope("f").cellSlots.isEmpty)
  }

  @Test func aFunctionCanReferToItself() throws {
    let table = try analyse("def f():\n  def g(): return g()")
    #expect(try table.scope("f").cellSlots == [0])
  }

  // Modules

  @Test func moduleNamesHaveNoSlots() throws {
    let module = try scope("<module>", in: "x = 1\nfor y in x: pass")
    #expect(module.bindings["x"] == .global)
    #expect(module.slotNames.isEmpty)
  }

  @Test(arguments: [
    "await x", "async for x in y: pass", "async with x: pass", "[x async for x in y]", "[await x for x in y]",
    "if x:\n  await y", "f(await x)", "(x for x in await y)", "[[x async for x in y] for z in w]",
    "class C(await x): pass", "def f(a=await x): pass", "lambda a=await x: a", "f'{await x}'", "x: await y = 1",
  ])
  func awaitMakesTheModuleAsync(source: String) throws {
    #expect(try scope("<module>", in: source).isAsync)
  }

  @Test(arguments: [
    "x = 1", "async def f(): await x", "(x async for x in y)", "[(x async for x in y) for z in w]",
    "(await x for x in y)", "([await x for x in y] for z in w)",
  ])
  func doesNotMakeTheModuleAsync(source: String) throws {
    #expect(try scope("<module>", in: source).isAsync == false)
  }

  @Test func anExpressionIsAScopeOfItsOwn() throws {
    let table = try analyseExpression("[x for x in y]")
    #expect(table[.module].slotNames == ["x"])
    #expect(table[.module].bindings == ["y": .global])
  }

  // Classes

  @Test func namesAssignedInAClassBodyAreItsOwn() throws {
    #expect(try scope("C", in: "class C:\n  x = 1\n  print(x)").bindings["x"] == .classLocal)
  }

  @Test func namesOnlyUsedInAClassBodyAreLookedUpThereFirst() throws {
    let table = try analyse("def f(x):\n  class C:\n    y = x\n    z = w")
    #expect(try table.scope("f.<locals>.C").bindings["x"] == .classFree(index: 0))
    #expect(try table.scope("f.<locals>.C").bindings["w"] == .classLocal)
    #expect(try table.scope("f").cellSlots == [0])
  }

  @Test func aNameBothUsedAndAssignedInAClassIgnoresTheFunctionAround() throws {
    let table = try analyse("def f(x):\n  class C:\n    x = x")
    #expect(try table.scope("f.<locals>.C").bindings["x"] == .classLocal)
    #expect(try table.scope("f").cellSlots.isEmpty)
  }

  @Test func methodsDoNotSeeClassNames() throws {
    let table = try analyse("def f():\n  x = 1\n  class C:\n    x = 2\n    def m(self): return x")
    #expect(try table.scope("f.<locals>.C.m").freeVariables == [.init(name: "x", parentBinding: .free(index: 0))])
    #expect(try table.scope("f.<locals>.C").freeVariables == [.init(name: "x", parentBinding: .cell(slot: 0))])
  }

  @Test func globalInAClassIsGlobal() throws {
    #expect(try scope("C", in: "class C:\n  global x\n  x = 1").bindings["x"] == .global)
  }

  @Test func globalInAClassDoesNotConcernMethods() throws {
    let m = try scope("f.<locals>.C.m", in: "def f(x):\n  class C:\n    global x\n    def m(self): return x")
    #expect(m.bindings["x"] == .free(index: 0))
  }

  @Test func nonlocalInAClassIsTheVariableOutside() throws {
    let c = try scope("f.<locals>.C", in: "def f(x):\n  class C:\n    nonlocal x\n    x = 1")
    #expect(c.bindings["x"] == .free(index: 0))
  }

  @Test(arguments: [
    "super().m()", "__class__", "super", "lambda: super()", "[super() for _ in x]", "nonlocal __class__",
  ])
  func aMethodCapturesTheClassCell(statement: String) throws {
    let table = try analyse("class C:\n  def m(self):\n    \(statement)")
    #expect(try table.scope("C").classCellSlot == 0)
    #expect(try table.scope("C").slotNames == ["__class__"])
    #expect(try table.scope("C").cellSlots == [0])
    #expect(try table.scope("C.m").freeVariables == [.init(name: "__class__", parentBinding: .cell(slot: 0))])
  }

  @Test func superOutsideAClassCapturesNothing() throws {
    #expect(try scope("f", in: "def f(): super()").bindings["__class__"] == .global)
  }

  @Test func theInnermostClassIsMeant() throws {
    let table = try analyse("class C:\n  class D:\n    def m(self): super()")
    #expect(try table.scope("C").classCellSlot == nil)
    #expect(try table.scope("C.D").classCellSlot == 0)
  }

  @Test func aClassBodyDoesNotSeeItsOwnCell() throws {
    #expect(try scope("C", in: "class C:\n  __class__").bindings["__class__"] == .classLocal)
    #expect(try scope("C.<listcomp>", in: "class C:\n  [__class__ for _ in x]").bindings["__class__"] == .global)
  }

  @Test func aClassInsideAMethodSeesTheOuterClassCell() throws {
    let table = try analyse("class C:\n  def m(self):\n    class D:\n      x = __class__")
    #expect(try table.scope("C.m.<locals>.D").bindings["__class__"] == .classFree(index: 0))
    #expect(try table.scope("C").classCellSlot == 0)
  }

  @Test func basesBelongToTheScopeAround() throws {
    let table = try analyse("def f(x, y):\n  class C(x, k=y): pass")
    #expect(try table.scope("f").bindings["x"] == .local(slot: 0))
    #expect(try table.scope("f.<locals>.C").bindings.isEmpty)
  }

  // Private names

  @Test func privateNamesAreMangled() throws {
    let table = try analyse("class _C:\n  __x = 1\n  def __m(self, __p): __y = __z")
    #expect(Set(try table.scope("_C").bindings.keys) == ["_C__x", "_C__m"])
    #expect(try table.scope("_C.__m").slotNames == ["self", "_C__p", "_C__y"])
    #expect(try table.scope("_C.__m").bindings["_C__z"] == .global)
  }

  @Test func theInnermostClassMangles() throws {
    let m = try scope("C.m.<locals>.D.n", in: "class C:\n  def m(self):\n    class D:\n      def n(self): __x")
    #expect(Set(m.bindings.keys) == ["self", "_D__x"])
  }

  @Test func importsAndDeclarationsAreMangled() throws {
    let m = try scope("C.m", in: "class C:\n  def m(self):\n    global __x\n    import __y, __z.a")
    #expect(Set(m.bindings.keys) == ["self", "_C__x", "_C__y", "_C__z"])
    #expect(m.bindings["_C__x"] == .global)
  }

  @Test func specialNamesAreNotMangled() throws {
    #expect(Set(try scope("C", in: "class C:\n  __x__ = __").bindings.keys) == ["__x__", "__"])
  }

  @Test func aClassOfUnderscoresManglesNothing() throws {
    #expect(Set(try scope("__", in: "class __:\n  __x = 1").bindings.keys) == ["__x"])
  }

  // Comprehensions

  @Test func comprehensionVariablesAreSlotsOfTheHost() throws {
    let table = try analyse("def f(x):\n  y = [x for x in x]")
    let comprehension = try table.scope("f.<locals>.<listcomp>")
    #expect(try table.scope("f").slotNames == ["x", "y", "x"])
    #expect(try table.scope("f").bindings["x"] == .local(slot: 0))
    #expect(comprehension.bindings["x"] == .local(slot: 2))
    #expect(comprehension.slotNames.isEmpty)
    #expect(table[comprehension.host].name == "f")
  }

  @Test func aComprehensionUsesTheHostsVariablesInPlace() throws {
    let table = try analyse("def f(a):\n  [a for x in a]")
    #expect(try table.scope("f.<locals>.<listcomp>").bindings["a"] == .local(slot: 0))
    #expect(try table.scope("f").cellSlots.isEmpty)
  }

  @Test func aComprehensionMakesItsHostCapture() throws {
    let table = try analyse("def f(a):\n  def g():\n    [a for x in y]")
    #expect(try table.scope("f.<locals>.g").freeVariables == [.init(name: "a", parentBinding: .cell(slot: 0))])
    #expect(try table.scope("f.<locals>.g.<locals>.<listcomp>").bindings["a"] == .free(index: 0))
  }

  @Test func theFirstIterableBelongsToTheScopeAround() throws {
    let table = try analyse("def f(a, b):\n  [x for x in a for y in b]")
    #expect(try table.scope("f").bindings["b"] == .local(slot: 1))
    #expect(try table.scope("f.<locals>.<listcomp>").bindings["a"] == nil)
    #expect(try table.scope("f.<locals>.<listcomp>").bindings["b"] == .local(slot: 1))
  }

  @Test func nestedComprehensionsShareTheHost() throws {
    let table = try analyse("def f(a):\n  [[x + y for y in x] for x in a]")
    let inner = try table.scope("f.<locals>.<listcomp>", in: .comprehension)
    #expect(table[inner.host].name == "f")
    #expect(inner.bindings["x"] == .local(slot: 1))
    #expect(inner.bindings["y"] == .local(slot: 2))
  }

  @Test func aCapturedComprehensionVariableIsACellOfTheComprehension() throws {
    let table = try analyse("def f():\n  return [lambda: x for x in y]")
    #expect(try table.scope("f").cellSlots.isEmpty)
    #expect(try table.scope("f.<locals>.<listcomp>").comprehensionCells == [0])
    #expect(try table.scope("f.<locals>.<listcomp>").bindings["x"] == .cell(slot: 0))
    #expect(try table.scope("f.<locals>.<lambda>").freeVariables == [.init(name: "x", parentBinding: .cell(slot: 0))])
  }

  @Test func atModuleLevelTooComprehensionVariablesAreSlots() throws {
    let table = try analyse("x = 1\n[lambda: (x, z) for x in y if z]")
    #expect(table[.module].slotNames == ["x"])
    #expect(table[.module].bindings["x"] == .global)
    #expect(table[.module].cellSlots.isEmpty)
    #expect(try table.scope("<listcomp>").comprehensionCells == [0])
    #expect(try table.scope("<listcomp>").bindings["z"] == .global)
  }

  @Test func aComprehensionDoesNotSeeClassNames() throws {
    let table = try analyse("class C:\n  x = [1]\n  y = [x for _ in x]")
    #expect(try table.scope("C").bindings["x"] == .classLocal)
    #expect(try table.scope("C.<listcomp>").bindings["x"] == .global)
    #expect(try table.scope("C").slotNames == ["_"])
  }

  @Test func aComprehensionInAClassSeesTheFunctionAround() throws {
    let table = try analyse("def f(x):\n  class C:\n    x = 1\n    y = [x for _ in z]")
    #expect(try table.scope("f.<locals>.C").bindings["x"] == .classLocal)
    #expect(try table.scope("f.<locals>.C").freeVariables == [.init(name: "x", parentBinding: .cell(slot: 0))])
    #expect(try table.scope("f.<locals>.C.<listcomp>").bindings["x"] == .free(index: 0))
  }

  @Test func aMethodMadeInAComprehensionFindsTheClassCell() throws {
    let table = try analyse("class C:\n  y = [lambda: super() for _ in z]")
    #expect(try table.scope("C").classCellSlot == 1)
    #expect(
      try table.scope("C.<lambda>").freeVariables == [.init(name: "__class__", parentBinding: .cell(slot: 1))])
  }

  @Test func aWalrusInAComprehensionBindsInTheFunction() throws {
    let table = try analyse("def f():\n  [[y := x for x in z] for z in w]")
    #expect(try table.scope("f").bindings["y"] == .local(slot: 0))
    #expect(try table.scope("f.<locals>.<listcomp>", in: .comprehension).bindings["y"] == .local(slot: 0))
  }

  @Test func aWalrusInAGeneratorExpressionMakesACell() throws {
    let table = try analyse("def f():\n  any((y := x) for x in z)")
    #expect(try table.scope("f").cellSlots == [0])
    #expect(try table.scope("f.<locals>.<genexpr>").bindings["y"] == .free(index: 0))
  }

  @Test func aWalrusInAComprehensionObeysGlobal() throws {
    let table = try analyse("def f():\n  global y\n  [y := x for x in z]")
    #expect(try table.scope("f").bindings["y"] == .global)
    #expect(try table.scope("f.<locals>.<listcomp>").bindings["y"] == .global)
  }

  @Test func aWalrusInALambdaStaysThere() throws {
    let table = try analyse("class C:\n  [lambda: (y := x) for x in z]")
    #expect(try table.scope("C.<lambda>").bindings["y"] == .local(slot: 0))
  }

  // Generators and coroutines

  @Test func aGeneratorExpressionIsAFunctionWithAHiddenParameter() throws {
    let table = try analyse("def f(a, b):\n  (x + b for x in a)")
    let generator = try table.scope("f.<locals>.<genexpr>")
    #expect(generator.isGenerator)
    #expect(generator.isAsync == false)
    #expect(generator.slotNames == [".0", "x"])
    #expect(generator.freeVariables == [.init(name: "b", parentBinding: .cell(slot: 1))])
    #expect(try table.scope("f").bindings["a"] == .local(slot: 0))
  }

  @Test(arguments: [
    "(x async for x in y)", "(await x for x in y)", "(x for x in y if await x)", "(x for x in y for z in await x)",
    "([z async for z in x] for x in y)",
  ])
  func isAnAsyncGeneratorExpression(source: String) throws {
    let generator = try scope("<genexpr>", in: source)
    #expect(generator.isGenerator && generator.isAsync)
  }

  @Test func yieldMakesAGenerator() throws {
    let table = try analyse("def f():\n  def g(): yield\n  lambda: (yield)")
    #expect(try table.scope("f").isGenerator == false)
    #expect(try table.scope("f.<locals>.g").isGenerator)
    #expect(try table.scope("f.<locals>.<lambda>").isGenerator)
  }

  @Test func yieldInAFirstIterableBelongsToTheFunction() throws {
    #expect(try scope("f", in: "def f(): [x for x in (yield)]").isGenerator)
  }

  @Test func yieldInAsyncDefMakesAnAsyncGenerator() throws {
    let f = try scope("f", in: "async def f():\n  yield 1\n  return")
    #expect(f.isGenerator && f.isAsync)
  }

  // Type parameters

  @Test func typeParametersStandBetween() throws {
    let table = try analyse("def f[T](a: T, b=T) -> T: return T")
    #expect(try table.scope("<generic parameters of f>").slotNames == ["T"])
    #expect(try table.scope("<generic parameters of f>").cellSlots == [0])
    #expect(try table.scope("f").freeVariables == [.init(name: "T", parentBinding: .cell(slot: 0))])
    #expect(table[.module].bindings["T"] == .global)
  }

  @Test func aGenericClassSeesItsParameters() throws {
    let table = try analyse("class C[T](B[T]):\n  x: T\n  def m(self) -> T: return T")
    #expect(try table.scope("<generic parameters of C>").bindings["B"] == .global)
    #expect(try table.scope("C").bindings["T"] == .classFree(index: 0))
    #expect(try table.scope("C.m").bindings["T"] == .free(index: 0))
  }

  @Test func typeParametersOfAMethodSeeTheClass() throws {
    let table = try analyse("def f(x, y):\n  class C:\n    x = 1\n    def m[T](self, a: x, b: y, c: z): return x")
    let parameters = try table.scope("f.<locals>.C.<generic parameters of m>")
    #expect(parameters.bindings["x"] == .classLocal)
    #expect(parameters.bindings["y"] == .classFree(index: 0))
    #expect(parameters.bindings["z"] == .classLocal)
    #expect(try table.scope("f.<locals>.C.m").bindings["x"] == .free(index: 0))
  }

  @Test func aTypeAliasIsAFunctionOfItsParameters() throws {
    let table = try analyse("def f(a):\n  type X[T] = dict[T, a]")
    #expect(try table.scope("f.<locals>.X").slotNames == ["T"])
    #expect(try table.scope("f.<locals>.X").bindings["a"] == .free(index: 0))
    #expect(try table.scope("f").bindings["X"] == .local(slot: 1))
  }

  @Test func boundsSeeTheOtherParameters() throws {
    let table = try analyse("class C[T, U: (T, [x for x in T])]: pass")
    #expect(try table.scope("<generic parameters of C>").slotNames == ["T", "U"])
    #expect(try table.scope("<generic parameters of C>").cellSlots == [0])
  }

  @Test func superInAGenericMethodReachesTheClass() throws {
    let table = try analyse("class C:\n  def m[T](self): super()")
    let parameters = try table.scope("C.<generic parameters of m>")
    #expect(parameters.freeVariables == [.init(name: "__class__", parentBinding: .cell(slot: 0))])
    #expect(try table.scope("C.m").bindings["__class__"] == .free(index: 0))
  }

  @Test func scopesWithoutTypeParametersStayEmpty() throws {
    let table = try analyse("def f(): pass")
    #expect(table.scopes.count == 3)
    #expect(table.scopes.filter { $0.name.isEmpty && $0.bindings.isEmpty }.count == 1)
  }

  // Qualified names

  @Test func qualifiedNamesFollowTheNesting() throws {
    let names = try analyse(
      """
      class C:
        def m(self):
          lambda: (lambda: 1)
          (i for i in (lambda: 2 for _ in x))
          [lambda: 3 for _ in x]
          class D:
            def __n(self): pass
          def h[T]():
            def i(): pass
          global g
          def g():
            def j(): pass
      """
    ).scopes.filter { $0.kind != .comprehension && !$0.name.isEmpty }.map(\.qualifiedName)
    #expect(
      Set(names) == [
        "<module>", "C", "C.m", "C.m.<locals>.<lambda>", "C.m.<locals>.<lambda>.<locals>.<lambda>",
        "C.m.<locals>.<genexpr>", "C.m.<locals>.<genexpr>.<lambda>", "C.m.<locals>.D", "C.m.<locals>.D.__n",
        "C.m.<locals>.<generic parameters of h>", "C.m.<locals>.h", "C.m.<locals>.h.<locals>.i", "g", "g.<locals>.j",
      ])
  }

  // Depth

  @Test func aVariableCrossesManyLambdas() throws {
    let table = try analyse("def f(x): return " + String(repeating: "lambda: ", count: 90) + "x")
    #expect(table.scopes.filter { $0.kind == .lambda && $0.freeVariables.map(\.name) == ["x"] }.count == 90)
  }

  // The dump

  @Test func theDumpShowsSlotsAndBindings() throws {
    let text = dump(try analyse("def f(a):\n  b = 1\n  async def g(): return a"))
    #expect(
      text == """
        module <module>
          f = global
          function f: slots a*, b, g
            a = cell 0
            b = local 1
            g = local 2
            async function f.<locals>.g: free a = parent's cell 0
              a = free 0

        """)
  }
}
