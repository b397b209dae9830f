import PyaSyntax
// Signatures that Operations/ must provide; each moves to its own file as it is written.
extension Runtime {
  func warn(_ message: String, category: String) { errorOutput.write("\(category): \(message)\n") }
  func isRegisteredSequence(_ type: TypeObject) -> Bool { false }
  func isRegisteredMapping(_ type: TypeObject) -> Bool { false }
}
