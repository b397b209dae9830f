import PyaSyntax

/// `frame.f_code` of a traceback's frame.
final class CodeSummary: Object {
  let entry: TracebackEntry

  init(_ runtime: Runtime, _ entry: TracebackEntry) {
    self.entry = entry
    super.init(type: runtime.attachment(CodeSummaryType.self) { CodeSummaryType(runtime) }.type, kind: .other)
  }

  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    switch name.text {
    case "co_name": .object(runtime.string(entry.code.name))
    case "co_qualname": .object(runtime.string(entry.code.qualifiedName))
    case "co_filename": .object(runtime.string(entry.file.name))
    case "co_firstlineno": .int(entry.code.firstLine)
    case "co_positions":
      .object(
        NativeFunction(runtime, "co_positions", "") { [file = entry.file] (runtime, _) throws(Raised) in
          try runtime.positions(in: file)
        })
    default: nil
    }
  }
}

private final class CodeSummaryType {
  let type: TypeObject

  init(_ runtime: Runtime) {
    type = TypeObject(
      runtime, metatype: runtime.types.type, name: "code", bases: [runtime.types.object], instanceKind: .other,
      isHeap: false)
  }
}
