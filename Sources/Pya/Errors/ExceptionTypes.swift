/// The hierarchy of built-in exceptions: every line names a type and those directly below it.
private let hierarchy: [(base: String, derived: [String])] = [
  ("BaseException", ["BaseExceptionGroup", "GeneratorExit", "KeyboardInterrupt", "SystemExit", "Exception"]),
  (
    "Exception",
    [
      "ArithmeticError", "AssertionError", "AttributeError", "BufferError", "EOFError", "ImportError", "LookupError",
      "MemoryError", "NameError", "OSError", "ReferenceError", "RuntimeError", "StopAsyncIteration", "StopIteration",
      "SyntaxError", "SystemError", "TypeError", "ValueError", "Warning",
    ]
  ),
  ("ArithmeticError", ["FloatingPointError", "OverflowError", "ZeroDivisionError"]),
  ("ImportError", ["ModuleNotFoundError"]),
  ("LookupError", ["IndexError", "KeyError"]),
  ("NameError", ["UnboundLocalError"]),
  (
    "OSError",
    [
      "BlockingIOError", "ChildProcessError", "ConnectionError", "FileExistsError", "FileNotFoundError",
      "InterruptedError", "IsADirectoryError", "NotADirectoryError", "PermissionError", "ProcessLookupError",
      "TimeoutError",
    ]
  ),
  (
    "ConnectionError",
    ["BrokenPipeError", "ConnectionAbortedError", "ConnectionRefusedError", "ConnectionResetError"]
  ),
  ("RuntimeError", ["NotImplementedError", "RecursionError", "PythonFinalizationError"]),
  ("SyntaxError", ["IndentationError", "_IncompleteInputError"]),
  ("IndentationError", ["TabError"]),
  ("ValueError", ["UnicodeError"]),
  ("UnicodeError", ["UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError"]),
  (
    "Warning",
    [
      "BytesWarning", "DeprecationWarning", "EncodingWarning", "FutureWarning", "ImportWarning",
      "PendingDeprecationWarning", "ResourceWarning", "RuntimeWarning", "SyntaxWarning", "UnicodeWarning", "UserWarning",
    ]
  ),
]

/// Types that keep fields beside `args`, and with them all that derive from them.
private let layouts: [(name: String, layout: ExceptionLayout)] = [
  ("StopIteration", .stopIteration), ("SystemExit", .systemExit), ("OSError", .osError), ("ImportError", .importError),
  ("NameError", .nameError), ("AttributeError", .attributeError), ("SyntaxError", .syntaxError),
  ("UnicodeDecodeError", .unicodeDecode), ("UnicodeEncodeError", .unicodeEncode),
  ("UnicodeTranslateError", .unicodeTranslate), ("BaseExceptionGroup", .group),
]

extension Runtime {
  /// Makes the built-in exception types and puts them into `builtins`.
  func installExceptionTypes() {
    exceptionTypes["BaseException"] = types.baseException
    types.baseException.construct = { (runtime, cls, arguments) throws(Raised) in
      try runtime.constructException(cls, arguments)
    }
    for (base, derived) in hierarchy {
      for name in derived { addExceptionType(name, base: exceptionTypes[base]!) }
    }
    let group = addExceptionType("ExceptionGroup", base: exceptionTypes["BaseExceptionGroup"]!)
    group.setBases(
      [exceptionTypes["BaseExceptionGroup"]!, exceptionTypes["Exception"]!],
      mro: [group, exceptionTypes["BaseExceptionGroup"]!, exceptionTypes["Exception"]!, types.baseException, types.object])
    commonErrors = CommonError.allCases.map { exceptionTypes[$0.name]! }
    for (name, layout) in layouts { setLayout(layout, of: exceptionTypes[name]!) }
    for (name, type) in exceptionTypes { builtins.setString(intern(name), .object(type)) }
    builtins.setString(intern("IOError"), .object(exceptionTypes["OSError"]!))
    builtins.setString(intern("EnvironmentError"), .object(exceptionTypes["OSError"]!))
  }

  private func setLayout(_ layout: ExceptionLayout, of type: TypeObject) {
    type.exceptionLayout = layout
    for derived in type.subclasses { setLayout(layout, of: derived) }
  }

  @discardableResult
  func addExceptionType(_ name: String, base: TypeObject, module: String = "builtins") -> TypeObject {
    let type = TypeObject(
      self, metatype: types.type, name: name, bases: [base], instanceKind: .exception, isHeap: false)
    type.moduleName = module
    type.construct = { (runtime, cls, arguments) throws(Raised) in try runtime.constructException(cls, arguments) }
    exceptionTypes[name] = type
    return type
  }
}
