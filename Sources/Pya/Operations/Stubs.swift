import PyaSyntax
// Signatures that Operations/ must provide; each moves to its own file as it is written.
extension Runtime {
  // exceptions and types
  func fillFields(of exception: ExceptionObject) { fatalError("stub") }
  func instantiate(_ type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value { fatalError("stub") }
  func runFinalizer(of object: Instance) { fatalError("stub") }
  func closestName(to name: String, among candidates: [String]) -> String? { nil }
  func reportUnraisable(_ raised: Raised, in object: Value) { }
  func warn(_ message: String, category: String) { errorOutput.write("\(category): \(message)\n") }
  func buildClass(name: String, bases: [Value], keywords: [(name: StringObject, value: Value)], body: (DictObject) throws(Raised) -> Value) throws(Raised) -> Value { fatalError("stub") }
  func makeSuper(_ type: TypeObject, _ receiver: Value) throws(Raised) -> Value { fatalError("stub") }
  func superLookup(_ type: TypeObject, _ receiver: Value, _ name: StringObject) throws(Raised) -> Value { fatalError("stub") }
  func isInstance(_ value: Value, ofAny classes: Value) throws(Raised) -> Bool { fatalError("stub") }
  func setContext(of exception: ExceptionObject) {}
  func splitGroup(_ exception: ExceptionObject, matching type: Value) throws(Raised) -> (match: ExceptionObject?, rest: ExceptionObject?) { fatalError("stub") }
  func exceptionAfterHandlers(of original: ExceptionObject, raised: [ExceptionObject]) throws(Raised) -> ExceptionObject? { fatalError("stub") }
  func tracebackObject(of exception: ExceptionObject) -> Value { .none }
  func render(_ exception: ExceptionObject) -> String { "\(exception.type.name): \((try? str(.object(exception)).text) ?? "")\n" }
  func languageAddition(_ name: StringObject) -> Value? { nil }
  func isRegisteredSequence(_ type: TypeObject) -> Bool { false }
  func isRegisteredMapping(_ type: TypeObject) -> Bool { false }
  func startClock() {}
  func runTopLevel(_ frame: SuspendableFrame) throws(Raised) { _ = try frame.drive(self, sending: .none) }
  func interrupt() { machine.pointee.isInterrupted = true }
}
func installClock(_ options: Interpreter.Options, _ runtime: Runtime) {}
// Needed by the types of functions and generators; the object model has them.
final class FrameObject: Object { init(_ runtime: Runtime, _ entry: TracebackEntry) { super.init(type: runtime.types.frame, kind: .other) } }
extension Runtime {
  func identity(_ value: Value) -> Int { 0 }
  func setTraceback(of exception: ExceptionObject, _ value: Value) throws(Raised) {}
  func makeGenericAlias(_ origin: Value, _ item: Value) -> Value { .none }
}
