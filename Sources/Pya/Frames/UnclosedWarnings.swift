extension Runtime {
  /// Something dies that the program has not closed. Such warnings are ignored before the program asks for them, with the module
  /// `warnings` or an option, which imports it.
  func wasNotClosed(_ describe: (Runtime) throws(Raised) -> String) {
    guard modules["warnings"] != nil, let text = try? describe(self) else { return }
    deferWarning { runtime, place in
      runtime.warn("unclosed \(text)", category: "ResourceWarning", at: place, source: .bool(true))
    }
  }
}
