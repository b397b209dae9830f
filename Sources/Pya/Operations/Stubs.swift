import PyaSyntax
// Signatures that Operations/ must provide; each moves to its own file as it is written.
extension Runtime {
  // numbers
  func binary(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value { fatalError("stub") }
  func inPlace(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value { fatalError("stub") }
  func negate(_ a: Value) throws(Raised) -> Value { fatalError("stub") }
  func positive(_ a: Value) throws(Raised) -> Value { fatalError("stub") }
  func invert(_ a: Value) throws(Raised) -> Value { fatalError("stub") }
  func hash(_ a: Value) throws(Raised) -> Int { fatalError("stub") }
  func equals(_ a: Value, _ b: Value) throws(Raised) -> Bool { fatalError("stub") }
  func compare(_ op: ComparisonOperator, _ a: Value, _ b: Value) throws(Raised) -> Value { fatalError("stub") }
  func isLess(_ a: Value, _ b: Value) throws(Raised) -> Bool { fatalError("stub") }
  /// An int (through `__index__`); OverflowError when beyond a word.
  func index(_ a: Value) throws(Raised) -> Int { fatalError("stub") }
  // strings
  // exceptions and types
  func fillFields(of exception: ExceptionObject) { fatalError("stub") }
  func instantiate(_ type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value { fatalError("stub") }
  func runFinalizer(of object: Instance) { fatalError("stub") }
  func closestName(to name: String, among candidates: [String]) -> String? { nil }
  func reportUnraisable(_ raised: Raised, in object: Value) { }
  func warn(_ message: String, category: String) { errorOutput.write("\(category): \(message)\n") }
}
