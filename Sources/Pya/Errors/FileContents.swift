#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The contents of a file; nil when it cannot be read.
func fileContents(_ path: String) -> [UInt8]? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { break }
    bytes.append(contentsOf: buffer[..<count])
  }
  return ferror(file) == 0 ? bytes : nil
}
