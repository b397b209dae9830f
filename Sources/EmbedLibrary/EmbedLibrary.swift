#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Turns the modules that are written in the language into one Swift file, so that the binary carries them.
///
/// `EmbedLibrary OUTPUT INPUT.pya ...` writes `Library.sources`, the text of each input under its module's name, which is the
/// file's name without `.pya` (`collections.abc.pya` is `collections.abc`). Texts become raw string literals: the compiler
/// copies those as they are, where an array of bytes of the same size takes it a minute.
@main
enum EmbedLibrary {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else { fail("usage: EmbedLibrary OUTPUT INPUT.pya ...") }
    var generated = "/// The modules written in the language itself, by name.\nenum Library {\n"
    generated += "  static let sources: [String: String] = [\n"
    for path in arguments.dropFirst(2).sorted() {
      generated += "    \"\(moduleName(path))\": \(literal(read(path))),\n"
    }
    generated += "  ]\n}\n"
    write(generated, to: arguments[1])
  }

  static func moduleName(_ path: String) -> Substring {
    path.split(separator: "/").last!.dropLast(".pya".count)
  }

  /// A raw literal with as many `#` as it takes that the text holds neither its end nor an escape.
  static func literal(_ text: String) -> String {
    var guards = "#"
    while text.contains("\"\"\"" + guards) || text.contains("\\" + guards) { guards += "#" }
    return guards + "\"\"\"\n" + text + "\n\"\"\"" + guards
  }

  static func read(_ path: String) -> String {
    guard let file = fopen(path, "rb") else { fail("cannot read \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ text: String, to path: String) {
    guard let file = fopen(path, "wb") else { fail("cannot write \(path)") }
    var text = text
    let written = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) }
    guard fclose(file) == 0, written == text.utf8.count else { fail("cannot write \(path)") }
  }

  static func fail(_ message: String) -> Never {
    perror("EmbedLibrary: \(message)")
    exit(1)
  }
}
