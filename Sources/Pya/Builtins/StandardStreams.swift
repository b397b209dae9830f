/// `sys.stdin`, `sys.stdout` and `sys.stderr` as the program finds them, and what it may have put in their place.
final class StandardStreams {
  enum Role: String {
    case input = "stdin", output = "stdout", error = "stderr"
  }

  let input: TextFileObject
  let output: TextFileObject
  let error: TextFileObject
  /// Once it is imported, its attributes say what the streams are now.
  var sysModule: ModuleObject?
  /// What is in the place of `sys.stdout` could not be flushed at the end.
  var failedToFlush = false
  private let names: [StringObject]

  init(_ runtime: Runtime) {
    func name(_ text: String) -> Value { .object(runtime.string(text)) }
    func file(_ stream: ByteStream, _ type: TypeObject, _ label: String, _ mode: String, errors: String) -> TextFileObject {
      let binary = BinaryFileObject(type: type, stream: stream, name: name(label), mode: mode + "b", layer: .buffered)
      binary.closesDescriptor = false
      return TextFileObject(
        type: runtime.fileTypes.text, binary: binary, name: name(label), mode: mode, errorHandling: errors, newline: .exactly("\n"),
        isLineBuffered: stream.isTerminal)
    }
    let (reader, writer) = (runtime.fileTypes.reader, runtime.fileTypes.writer)
    input = file(StandardInputStream(runtime), reader, "<stdin>", "r", errors: "strict")
    output = file(OutputStream(runtime.output, descriptor: 1), writer, "<stdout>", "w", errors: "strict")
    error = file(OutputStream(runtime.errorOutput, descriptor: 2), writer, "<stderr>", "w", errors: "backslashreplace")
    names = [Role.input, .output, .error].map { runtime.intern($0.rawValue) }
  }

  func current(_ role: Role, _ runtime: Runtime) throws(Raised) -> Value {
    let index = role == .input ? 0 : role == .output ? 1 : 2
    guard let sysModule else { return .object(index == 0 ? input : index == 1 ? output : error) }
    guard let value = sysModule.namespace.getString(names[index]) else {
      throw runtime.runtimeError("lost sys.\(role.rawValue)")
    }
    return value
  }
}

extension Runtime {
  var standardStreams: StandardStreams { attachment(StandardStreams.self) { StandardStreams(self) } }
}
