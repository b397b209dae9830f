#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Modules of the library as files, instead of what is embedded: debug builds look first in the folder that `PYA_LIBRARY` names, so that a
/// module can be worked on without building.
enum LibraryFolder {
  #if DEBUG
    static func read(_ module: String) -> [UInt8]? {
      environmentVariable("PYA_LIBRARY").flatMap { fileContents("\($0)/\(module).pya") }
    }

    static func isPackage(_ module: String) -> Bool {
      guard let path = environmentVariable("PYA_LIBRARY"), let folder = opendir(path) else { return false }
      defer { closedir(folder) }
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name.hasPrefix(module + "."), name != module + ".pya" { return true }
      }
      return false
    }
  #else
    static func read(_ module: String) -> [UInt8]? { nil }
    static func isPackage(_ module: String) -> Bool { false }
  #endif
}
