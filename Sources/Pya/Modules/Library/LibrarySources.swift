/// The modules written in the language itself, by name.
extension Runtime {
  var librarySources: [String: String] {
    [
      "string": StringLibrary.source,
    ]
  }
}
