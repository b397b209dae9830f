import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Programs of `Processes/` that make processes: each prints what CPython prints, which stands beside it.
@Suite struct ProcessTests {
  private let scratch = Scratch()

  #if canImport(Glibc)
    @Test(arguments: ["fork", "processes", "pools", "sharing", "spawn"])
    func program(_ name: String) {
      let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/Processes"
      let ended = scratch.run("\(folder)/\(name).pya")
      #expect(ended.output == contents("\(folder)/\(name).expected"))
      #expect(ended.status == 0)
    }
  #endif

  private func contents(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
