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
  private let names: [StringObject]

  init(_ runtime: Runtime) {
    let type = runtime.fileTypes.text
    func name(_ text: String) -> Value { .object(runtime.string(text)) }
    input = TextFileObject(
      type: type, stream: StandardInputStream(runtime), name: name("<stdin>"), mode: "r")
    output = TextFileObject(
      type: type, stream: OutputStream(runtime.output, descriptor: 1), name: name("<stdout>"), mode: "w")
    error = TextFileObject(
      type: type, stream: OutputStream(runtime.errorOutput, descriptor: 2), name: name("<stderr>"), mode: "w",
      errorHandling: "backslashreplace")
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
