/// Making the exceptions that built-in operations raise. Each returns the error for the caller to throw.
extension Runtime {
  /// An exception of a built-in type.
  func error(_ typeName: String, _ message: String) -> Raised {
    error(typeName, [.object(string(message))])
  }

  func error(_ typeName: String, _ arguments: [Value] = []) -> Raised {
    guard let type = exceptionTypes[typeName] else { fatalError("pya: no exception type \(typeName)") }
    return Raised(makeException(type, arguments))
  }

  /// An instance as the built-in constructor would make it, with the fields of its kind.
  func makeException(_ type: TypeObject, _ arguments: [Value]) -> ExceptionObject {
    let exception = ExceptionObject(type: type, arguments: arguments)
    fillFields(of: exception)
    return exception
  }

  func typeError(_ message: String) -> Raised { error("TypeError", message) }
  func valueError(_ message: String) -> Raised { error("ValueError", message) }
  func attributeError(_ message: String) -> Raised { error("AttributeError", message) }
  func indexError(_ message: String) -> Raised { error("IndexError", message) }
  func overflowError(_ message: String) -> Raised { error("OverflowError", message) }
  func zeroDivisionError(_ message: String) -> Raised { error("ZeroDivisionError", message) }
  func runtimeError(_ message: String) -> Raised { error("RuntimeError", message) }
  func notImplementedError(_ message: String) -> Raised { error("NotImplementedError", message) }
  func memoryError() -> Raised { error("MemoryError") }
  func keyError(_ key: Value) -> Raised { error("KeyError", [key]) }
  func recursionError(_ circumstance: StaticString = "") -> Raised {
    error("RecursionError", "maximum recursion depth exceeded\(circumstance)")
  }

  /// `StopIteration(value)`; without arguments for None.
  func stopIteration(_ value: Value) -> Raised { error("StopIteration", value.isNone ? [] : [value]) }

  /// Whether the exception is of a built-in type (or derived from it).
  func matches(_ raised: Raised, _ typeName: String) -> Bool {
    raised.exception.type.isSubtype(of: exceptionTypes[typeName].unsafelyUnwrapped)
  }
}
