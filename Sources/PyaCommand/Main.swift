import Pya

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@main
enum Main {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    var options = Interpreter.Options()
    var rest = arguments[...]
    if rest.first == "--clock" { rest = rest.dropFirst(); options.usesVirtualClock = rest.first == "virtual"; rest = rest.dropFirst() }
    guard let name = rest.first else { return }
    var source: [UInt8] = []
    var programName = name
    if name == "-c" { source = Array(rest.dropFirst().first!.utf8); programName = "<string>" } else {
      let descriptor = open(name, O_RDONLY)
      var buffer = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count <= 0 { break }
        source += buffer[..<count]
      }
    }
    let outcome = Interpreter.run(.init(name: programName, source: source, directory: nil), options: options)
    exit(outcome.status)
  }
}
