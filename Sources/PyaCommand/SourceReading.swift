import Pya

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why a program cannot be read, in CPython's words.
struct UnreadableProgram: Error {
  let message: String
  var status: Int32 = 2
}

extension Invocation {
  /// Reads the program, and says what tracebacks, `sys.argv[0]` and `sys.path[0]` call it.
  func readProgram() throws(UnreadableProgram) -> Interpreter.Program {
    switch source {
    case .code(let text):
      return Interpreter.Program(name: "<string>", source: Array(text.utf8), directory: "", scriptName: "-c")
    case .standardInput(let isNamed):
      guard !isDirectory(0) else { throw UnreadableProgram(message: "<stdin> is a directory, cannot continue") }
      guard let bytes = readAll(0) else {
        throw UnreadableProgram(message: "can't read standard input: \(lastSystemError())")
      }
      return Interpreter.Program(name: "<stdin>", source: bytes, directory: "", scriptName: isNamed ? "-" : "")
    case .file(let name):
      return try readFile(name)
    case .module(let name):
      var program = Interpreter.Program(name: "<module>", source: [], directory: absolutePath(""), scriptName: "-m")
      program.moduleName = name
      return program
    case .prompt:
      return Interpreter.Program(name: "<prompt>", source: [], directory: "", scriptName: "")
    }
  }

  private func readFile(_ name: String) throws(UnreadableProgram) -> Interpreter.Program {
    let path = name.isEmpty ? absolutePath("").dropLastSlash : absolutePath(name)
    let descriptor = open(name.isEmpty ? "." : name, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw UnreadableProgram(message: "can't open file \(quoted(path)): \(lastSystemError())") }
    defer { close(descriptor) }
    if isDirectory(descriptor) {
      throw UnreadableProgram(message: "can't find '__main__' module in \(quoted(path))", status: 1)
    }
    guard let bytes = readAll(descriptor) else {
      throw UnreadableProgram(message: "can't open file \(quoted(path)): \(lastSystemError())")
    }
    return Interpreter.Program(name: path, source: bytes, directory: directory(of: path), scriptName: name)
  }
}

/// The path from the root, as CPython forms it: dots and links stay.
private func absolutePath(_ name: String) -> String {
  if name.hasPrefix("/") { return name }
  guard let working = getcwd(nil, 0) else { return name }
  defer { free(working) }
  let folder = String(cString: working)
  return folder.hasSuffix("/") ? folder + name : folder + "/" + name
}

extension String {
  fileprivate var dropLastSlash: String { hasSuffix("/") && count > 1 ? String(dropLast()) : self }
}

/// The folder of a script, links followed: where its imports are looked for.
private func directory(of path: String) -> String {
  var path = path
  if let resolved = realpath(path, nil) {
    path = String(cString: resolved)
    free(resolved)
  }
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

private func isDirectory(_ descriptor: Int32) -> Bool {
  var status = stat()
  return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Everything up to the end; nil when the system refuses.
private func readAll(_ descriptor: Int32) -> [UInt8]? {
  var bytes: [UInt8] = []
  var chunk: [UInt8] = Array(repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count > 0 {
      bytes += chunk[..<count]
    } else if count == 0 {
      return bytes
    } else if errno != EINTR {
      return nil
    }
  }
}

func lastSystemError() -> String { "[Errno \(errno)] \(String(cString: strerror(errno)))" }

/// Between the quotes that Python's repr would choose.
private func quoted(_ path: String) -> String {
  path.contains("'") && !path.contains("\"") ? "\"\(path)\"" : "'\(path)'"
}

/// Writes a file; what went wrong, or nil.
func writeFile(_ path: String, _ text: String) -> String? {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { return "can't write \(quoted(path)): \(lastSystemError())" }
  write(text, to: descriptor)
  close(descriptor)
  return nil
}
