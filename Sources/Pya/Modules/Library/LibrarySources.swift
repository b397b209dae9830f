/// The modules written in the language itself, by name.
enum Library {
  static let sources: [String: String] = [
    "__future__": futureSource,
    "_collections_wrappers": collectionsWrappersSource,
    "abc": abcSource,
    "collections.abc": collectionsAbcSource,
    "contextlib": contextlibSource,
    "copy": copySource,
    "dataclasses": dataclassesSource,
    "enum": enumSource,
    "string": stringSource,
    "types": typesSource,
    "typing": typingSource,
    "warnings": warningsSource,
  ]
}
