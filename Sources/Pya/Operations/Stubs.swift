import PyaSyntax
// Signatures that Operations/ must provide; each moves to its own file as it is written.
extension Runtime {
  // strings
  /// `format % arguments`.
  func percentFormat(_ format: StringObject, _ arguments: Value) throws(Raised) -> StringObject { fatalError("stub") }
  // exceptions and types
  func fillFields(of exception: ExceptionObject) { fatalError("stub") }
  func instantiate(_ type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value { fatalError("stub") }
  func runFinalizer(of object: Instance) { fatalError("stub") }
  func closestName(to name: String, among candidates: [String]) -> String? { nil }
  func reportUnraisable(_ raised: Raised, in object: Value) { }
  func warn(_ message: String, category: String) { errorOutput.write("\(category): \(message)\n") }
}
