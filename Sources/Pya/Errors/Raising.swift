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

  func error(_ kind: CommonError, _ message: String) -> Raised { error(kind, [.object(string(message))]) }

  func error(_ kind: CommonError, _ arguments: [Value]) -> Raised {
    Raised(makeException(commonErrors[Int(kind.rawValue)], arguments))
  }

  /// An instance as the built-in constructor would make it, with the fields of its kind.
  func makeException(_ type: TypeObject, _ arguments: [Value]) -> ExceptionObject {
    let exception = ExceptionObject(type: type, arguments: arguments)
    fillFields(of: exception)
    return exception
  }

  func typeError(_ message: String) -> Raised { error(.typeError, message) }
  func valueError(_ message: String) -> Raised { error(.valueError, message) }
  func attributeError(_ message: String) -> Raised { error(.attributeError, message) }
  func indexError(_ message: String) -> Raised { error(.indexError, message) }
  func overflowError(_ message: String) -> Raised { error("OverflowError", message) }
  func zeroDivisionError(_ message: String) -> Raised { error(.zeroDivisionError, message) }
  func runtimeError(_ message: String) -> Raised { error("RuntimeError", message) }
  func notImplementedError(_ message: String) -> Raised { error("NotImplementedError", message) }
  func memoryError() -> Raised { error("MemoryError") }
  func keyError(_ key: Value) -> Raised { error(.keyError, [key]) }
  func recursionError(_ circumstance: StaticString = "") -> Raised {
    error("RecursionError", "maximum recursion depth exceeded\(circumstance)")
  }

  /// `StopIteration(value)`; without arguments for None.
  func stopIteration(_ value: Value) -> Raised { error(.stopIteration, value.isNone ? [] : [value]) }

  /// Whether the exception is of a built-in type (or derived from it).
  func matches(_ raised: Raised, _ typeName: String) -> Bool {
    raised.exception.type.isSubtype(of: exceptionTypes[typeName].unsafelyUnwrapped)
  }

  func matches(_ raised: Raised, _ kind: CommonError) -> Bool {
    raised.exception.type.isSubtype(of: commonErrors[Int(kind.rawValue)])
  }
}

/// The exception types that programs meet on their ordinary way: found without their name.
enum CommonError: UInt8, CaseIterable {
  case attributeError, indexError, keyError, stopIteration, stopAsyncIteration, generatorExit, typeError, valueError
  case zeroDivisionError

  var name: String {
    switch self {
    case .attributeError: "AttributeError"
    case .indexError: "IndexError"
    case .keyError: "KeyError"
    case .stopIteration: "StopIteration"
    case .stopAsyncIteration: "StopAsyncIteration"
    case .generatorExit: "GeneratorExit"
    case .typeError: "TypeError"
    case .valueError: "ValueError"
    case .zeroDivisionError: "ZeroDivisionError"
    }
  }
}
